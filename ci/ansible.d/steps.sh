# The steps of ci/ansible. Sourced from the project's folder.
# shellcheck shell=bash

out=$PWD/out/ansible
# What is no report: the throw-away host's key, what Ansible and apt keep.
work=$PWD/out/host
PATH=$(ci/tools ansible):$PATH
export ANSIBLE_CONFIG=$PWD/ansible/ansible.cfg ANSIBLE_CALLBACKS_ENABLED=ansible.builtin.junit JUNIT_HIDE_TASK_ARGUMENTS=true
export ANSIBLE_NOCOLOR=1 ANSIBLE_HOME=$work/home
mkdir -p "$out" "$work"

# step NAME COMMAND...: all of what it says is in out/ansible/NAME.log; why it failed is shown as well.
step() {
  local name=$1 started=$SECONDS
  shift
  if "$@" >"$out/$name.log" 2>&1; then
    printf 'ok      %3d s  %s: %s\n' $((SECONDS - started)) "$name" "$(sed '/^$/d' "$out/$name.log" | tail -n 1 | tr -s ' ')"
  else
    tail -n 40 "$out/$name.log" >&2
    printf 'FAILED  %3d s  %s; all of it is in out/ansible/%s.log\n' $((SECONDS - started)) "$name" "$name" >&2
    return 1
  fi
}

lint() { (cd "$1" && ansible-lint --nocolor --strict . "$OLDPWD/ci/ansible.d/outside.yml" && echo "production profile"); }
form() { yamllint --strict --config-file ci/manifests.d/yamllint.yaml "$1" && echo "no fault of form"; }
syntax() { ansible-playbook --syntax-check --inventory "$1/inventory/example.yml" "$1/site.yml" "$1/verify.yml"; }

# files DIR
files() {
  step lint lint "$1"
  step form form "$1"
  step syntax syntax "$1"
  step secrets python3 ci/ansible.d/secrets.py "$1"
}

open_host() {
  address=$(ci/ansible.d/host start "$work")
  local runner=false
  if curl --silent --fail --max-time 10 --output /dev/null https://packages.gitlab.com/gpg.key; then
    runner=true
  else
    echo "skipped        GitLab's runner: its repository does not answer here; this role was not run"
  fi
  local key
  for key in signing approval; do [ -e "$work/$key" ] || ci/sign --new-key "$work/$key"; done
  python3 ci/ansible.d/inventory.py "$address" "$work" $runner >"$work/inventory.yml"
  ssh-keygen -q -R "$address" -f "$work/known_hosts" >/dev/null 2>&1 || true
}
close_host() { ci/ansible.d/host stop "$work" "$out/host.log"; }

# play NAME PLAYBOOK ARGUMENTS...: on the host, by the playbook's folder.
play() {
  local name=$1 playbook=$2
  shift 2
  JUNIT_OUTPUT_DIR=$out/junit/$name ansible-playbook --inventory "$work/inventory.yml" "$playbook" "$@"
}

# unchanged NAME PLAYBOOK ARGUMENTS...: a play that finds everything as it is to be.
unchanged() {
  JUNIT_FAIL_ON_CHANGE=true play "$@" | tee "$work/unchanged.log" || return
  ! grep -E '^changed: ' "$work/unchanged.log" || { echo "that was changed once more"; return 1; }
}

# The first run comes in as root, who is refused from then on.
set_up() {
  step check-before play check-before ansible/site.yml --check --diff --extra-vars ansible_user=root
  step first-run play first-run ansible/site.yml --extra-vars ansible_user=root
  step second-run unchanged second-run ansible/site.yml
  step check-after unchanged check-after ansible/site.yml --check --diff
  step verify play verify ansible/verify.yml
}
