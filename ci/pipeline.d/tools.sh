# shellcheck shell=bash
# Sourced by ci/pipeline and what it calls: the tools, a clone to work in, and how each system is played.

export PIPELINE_CLONE=${PIPELINE_CLONE:-$PWD/out/pipeline/clone}

need_tools() {
  local tools=$PWD/out/pipeline/tools python wanted
  ci/debian rsync groovy nodejs
  command -v java >/dev/null || ci/debian default-jre-headless
  JAVA_HOME=$(dirname "$(dirname "$(realpath "$(command -v java)")")")
  export JAVA_HOME
  wanted=$(sha256sum ci/pipeline.d/package-lock.json)
  if [ "$(cat "$tools/installed" 2>/dev/null)" != "$wanted" ]; then
    echo "ci/pipeline: installing its tools"
    rm -rf "$tools"
    mkdir -p "$tools"
    cp ci/pipeline.d/package.json ci/pipeline.d/package-lock.json "$tools"
    npm ci --prefix "$tools" --silent --ignore-scripts
    echo "$wanted" >"$tools/installed"
  fi
  python=$(ci/tools pipeline)
  PATH=$python:$tools/node_modules/.bin:$PATH
}

# A clone with what the tree holds now, and with a remote as gitlab-ci-local wants one.
clone() {
  rm -rf "$PIPELINE_CLONE"
  mkdir -p "$(dirname "$PIPELINE_CLONE")"
  git clone --quiet . "$PIPELINE_CLONE"
  git ls-files -z --deleted | (cd "$PIPELINE_CLONE" && xargs -0 --no-run-if-empty rm -f)
  git ls-files -co --exclude-standard -z --deduplicate | rsync --archive --from0 --ignore-missing-args --files-from=- ./ "$PIPELINE_CLONE/"
  git -C "$PIPELINE_CLONE" checkout --quiet -B main
  git -C "$PIPELINE_CLONE" add --all
  # Jobs are given what is committed, and nothing else.
  git -C "$PIPELINE_CLONE" diff --cached --quiet ||
    git -C "$PIPELINE_CLONE" -c user.name=ci -c user.email=ci@localhost commit --quiet --message "What the tree holds"
  git -C "$PIPELINE_CLONE" remote set-url origin https://gitlab.example.com/shop/comptoir.git
  git -C "$PIPELINE_CLONE" update-ref refs/remotes/origin/main HEAD
  git -C "$PIPELINE_CLONE" symbolic-ref refs/remotes/origin/HEAD refs/remotes/origin/main
}

# as_gitlab PIPELINE ARGUMENTS...: of gitlab-ci-local.
as_gitlab() {
  local what=()
  case $1 in
    merge-request) what=(CI_PIPELINE_SOURCE=merge_request_event) ;;
    main) what=(CI_PIPELINE_SOURCE=push) ;;
    nightly) what=(CI_PIPELINE_SOURCE=schedule) ;;
    tag) what=(CI_COMMIT_TAG=v1.0.0) ;;
  esac
  shift
  local variables=() it
  for it in "${what[@]}" "${pipeline_variables[@]}"; do variables+=(--variable "$it"); done
  (cd "$PIPELINE_CLONE" && GCL_IGNORE_PREDEFINED_VARS=CI_PIPELINE_SOURCE,CI_COMMIT_TAG,CI_REGISTRY_IMAGE,GITLAB_USER_EMAIL \
    gitlab-ci-local --force-shell-executor --shell-isolation "${variables[@]}" "$@" "${pipeline_options[@]}")
}
# compile_in DIR: all jobs, and those that use programs take them from there.
compile_in() {
  pipeline_variables+=("CARGO_TARGET_DIR=$1" "SHOP_BINARY=$1/debug/comptoir" "TARGET=$1/debug")
  export CARGO_TARGET_DIR=$1 SHOP_BINARY=$1/debug/comptoir TARGET=$1/debug
}

# ended LOG: how long each job took, of either system.
ended() { sed -nE 's/\x1b\[[0-9;]*m//g; s/^(\[.* \/ )?([a-z0-9-]+)\]? +finished in ([0-9.]+) (ms|s|min).*/\2 \3 \4/p' "$1" |
  awk '{ print $2 * ($3 == "ms" ? 0.001 : $3 == "s" ? 1 : 60) " s  " $1 }'; }

# What is made here is a rehearsal, which may use stand-ins.
export PULL_ONLY=false
pipeline_variables=("PULL_ONLY=$PULL_ONLY")
pipeline_options=()

# as_jenkins PIPELINE FILE ARGUMENTS...: of jenkins/run.groovy.
as_jenkins() {
  local what=()
  case $1 in
    merge-request) what=(BRANCH_NAME=PR-1 CHANGE_ID=1) ;;
    main) what=(BRANCH_NAME=main) ;;
    nightly) what=(BRANCH_NAME=main TIMER=true) ;;
    tag) what=(BRANCH_NAME=v1.0.0 TAG_NAME=v1.0.0) ;;
    *) what=(BRANCH_NAME=main ACTION="$1") ;;
  esac
  shift
  (cd "$PIPELINE_CLONE" && env "${what[@]}" groovy jenkins/run.groovy "$@")
}

# plan DIR PIPELINE...: what each system would run, for ci/pipeline.d/drift.py.
plan() {
  local dir=$1 it
  shift
  rm -rf "$dir"
  mkdir -p "$dir"
  gitlab_plan "$dir" "$@" && jenkins_plan "$dir" "$@" || return
  for it in rollback-prod stop-dev stop-staging; do
    as_jenkins $it jenkins/environments.Jenkinsfile --only - --plan "$dir/part.tsv" || return
    cat "$dir/part.tsv" >>"$dir/jenkins.by-hand.tsv"
  done
  echo "$# pipelines, and what is done by hand"
}

gitlab_plan() {
  local dir=$1 it
  shift
  as_gitlab main --preview >"$dir/gitlab.yml" || return
  for it; do as_gitlab "$it" --list-json >"$dir/gitlab.$it.json" || return; done
}

jenkins_plan() {
  local dir=$1 it
  shift
  for it; do as_jenkins "$it" Jenkinsfile --only - --plan "$dir/jenkins.$it.tsv" || return; done
}

groovy_lint() {
  local config=$PWD/jenkins
  (cd "$PIPELINE_CLONE" && npm-groovy-lint --noserver --failon error --loglevel error --output txt --config "$config" "$@") &&
    echo "$# files"
}

# What a project on GitLab has in its settings, and a controller of Jenkins among its credentials.
with_registry_and_keys() {
  local dir=$PWD/out/pipeline/settings
  rm -rf "$dir"
  trap 'ci/registry stop "$PWD/out/pipeline/settings/registry"' EXIT
  REGISTRY=$(ci/registry start "$dir/registry")
  pipeline_variables+=("CI_REGISTRY_IMAGE=$REGISTRY" "DEPLOYMENTS=$dir/deployments")
  ci/sign --new-key "$dir/signing"
  ci/sign --new-key "$dir/approval"
  pipeline_variables+=("SIGNING_KEY=$dir/signing/key" "SIGNING_PUBLIC_KEY=$dir/signing/key.pub")
  pipeline_variables+=("APPROVAL_KEY=$dir/approval/key" "APPROVAL_PUBLIC_KEY=$dir/approval/key.pub")
  export REGISTRY DEPLOYMENTS=$dir/deployments CREDENTIAL_REGISTRY=:
  export CREDENTIAL_SIGNING_KEY=$dir/signing/key CREDENTIAL_SIGNING_PUBLIC_KEY=$dir/signing/key.pub
  export CREDENTIAL_APPROVAL_KEY=$dir/approval/key CREDENTIAL_APPROVAL_PUBLIC_KEY=$dir/approval/key.pub
  # Whoever APPROVER names starts the job that waits for a person.
  [ -z "${APPROVER:-}" ] || { pipeline_variables+=("GITLAB_USER_EMAIL=$APPROVER"); pipeline_options+=(--manual approve); }
  local it
  for it in REVISION TAG WITHOUT ACCEPT_WITHOUT OBJECTIVE_MS; do [ -z "${!it:-}" ] || pipeline_variables+=("$it=${!it}"); done
}
