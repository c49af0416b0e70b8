# shellcheck shell=bash disable=SC2034,SC2154
# Part of ci/cluster-here: builds the cluster's programs from Go modules, each once, into $bin.

kubernetes_version=1.34.4
coredns_version=1.14.7
kube_router_version=2.1.0
local_path_version=0.0.30
metrics_server_version=0.8.0
traefik_version=3.6.12

build_all() {
  command -v go >/dev/null || die "no Go compiler here" "install Go 1.25 or later, see https://go.dev/dl"
  mkdir -p "$bin" "$work" "$state/logs"
  local part
  for part in kube-apiserver kube-controller-manager kube-scheduler kubelet kube-proxy kubectl; do
    part "$part" kubernetes "$part"
  done
  part pause pause
  part coredns coredns
  part local-path-provisioner local_path
  part kube-router kube_router
  part metrics-server metrics_server
  [ -n "${CLUSTER_WITHOUT_TRAEFIK:-}" ] || part traefik traefik
}

# part NAME FUNCTION [ARGUMENT]: runs build_FUNCTION, which leaves $bin/NAME, unless that is there.
part() {
  local name=$1 begun=$SECONDS log=$state/logs/build-$1.log
  [ ! -x "$bin/$name" ] || return 0
  # Not in an `if`, which would take `set -e` from the function.
  (set -e; "build_$2" "${@:3}") >"$log" 2>&1 &
  wait $! || die "could not build $name:" "$(tail -n 15 "$log")"
  say "built $name in $((SECONDS - begun)) s, $(du -h "$bin/$name" | cut -f 1)B"
}

# go_build NAME FOLDER PACKAGE [LDFLAGS]: a static program, moved into place only when it is whole.
go_build() {
  (cd "$2" && CGO_ENABLED=0 GOFLAGS=-buildvcs=false GOWORK=off nice -n 10 \
    go build -mod=mod -p 2 -trimpath -ldflags "-s -w ${4:-}" -o "$work/$1.new" "$3")
  mv "$work/$1.new" "$bin/$1"
}

# module_copy NAME MODULE VERSION: the module's source with its own go.mod and go.sum, to build inside it.
module_copy() {
  local from
  from=$(cd "$work" && GOFLAGS=-mod=mod go mod download -json "$2@v$3" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
  rm -rf "${work:?}/$1"
  cp -r --no-preserve=mode "$from" "$work/$1"
  rm -rf "$work/$1/vendor"
}

# The Kubernetes module points at its own parts by relative folders, which a published module lacks, so a
# module made here asks for those parts at their published version.
build_kubernetes() {
  local folder=$work/kubernetes v=$kubernetes_version at=k8s.io/component-base/version
  if [ ! -f "$folder/go.mod" ]; then
    mkdir -p "$folder"
    local mod
    mod=$(cd "$work" && GOFLAGS=-mod=mod go mod download -json "k8s.io/kubernetes@v$v" |
      sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')
    cp --no-preserve=mode "$mod/go.sum" "$folder/go.sum"
    {
      printf 'module cluster\n\n'
      grep -E '^(go|godebug) ' "$mod/go.mod"
      printf 'require k8s.io/kubernetes v%s\n' "$v"
      sed -n "s|^\t\(k8s.io/[a-z-]*\) => ./staging/.*|replace \1 => \1 v0.${v#1.}|p" "$mod/go.mod"
    } >"$folder/go.mod.new"
    mv "$folder/go.mod.new" "$folder/go.mod"
  fi
  local minor=${v#1.}
  go_build "$1" "$folder" "k8s.io/kubernetes/cmd/$1" \
    "-X $at.gitVersion=v$v -X $at.gitMajor=1 -X $at.gitMinor=${minor%.*} -X $at.gitTreeState=clean"
}

# What the container that holds a pod's network runs: it waits, and takes in orphans.
build_pause() {
  mkdir -p "$work/pause"
  cp "$parts/pause.go" "$work/pause/main.go"
  printf 'module pause\n\ngo 1.24\n' >"$work/pause/go.mod"
  go_build pause "$work/pause" .
}

# With the plugins of a cluster alone; all of them bring three cloud vendors' libraries.
build_coredns() {
  module_copy coredns github.com/coredns/coredns $coredns_version
  mkdir "$work/coredns/small"
  {
    printf 'package main\n\nimport (\n\t"github.com/coredns/coredns/coremain"\n'
    printf '\t_ "github.com/coredns/coredns/plugin/%s"\n' \
      cache errors health kubernetes loadbalance metrics ready template
    printf ')\n\nfunc main() { coremain.Run() }\n'
  } >"$work/coredns/small/main.go"
  go_build coredns "$work/coredns" ./small
}

build_local_path() {
  module_copy local-path github.com/rancher/local-path-provisioner $local_path_version
  go_build local-path-provisioner "$work/local-path" . "-X main.VERSION=v$local_path_version"
}

build_kube_router() {
  module_copy kube-router github.com/cloudnativelabs/kube-router/v2 $kube_router_version
  go_build kube-router "$work/kube-router" ./cmd/kube-router
}

build_metrics_server() {
  module_copy metrics-server sigs.k8s.io/metrics-server $metrics_server_version
  go_build metrics-server "$work/metrics-server" ./cmd/metrics-server
}

# Traefik embeds its dashboard, which is built by a package manager of its own; a page that says so stands in.
build_traefik() {
  module_copy traefik github.com/traefik/traefik/v3 $traefik_version
  mkdir -p "$work/traefik/webui/static"
  echo 'built without the dashboard' >"$work/traefik/webui/static/index.html"
  cp "$work/traefik/docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml" "$bin/traefik-crds.yaml"
  go_build traefik "$work/traefik" ./cmd/traefik "-X github.com/traefik/traefik/v3/pkg/version.Version=$traefik_version"
}
