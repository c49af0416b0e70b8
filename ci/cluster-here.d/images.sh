# shellcheck shell=bash disable=SC2034,SC2154
# Part of ci/cluster-here: container images, made here or taken from the local Docker engine.

in_containerd() { ctr -a "$socket" -n k8s.io "$@"; }

# scratch_image NAME FILE [USER]: an image of one program.
scratch_image() {
  [ -z "$(in_containerd images ls -q "name==$1")" ] || return 0
  local folder=$state/image program
  program=$(basename "$2")
  rm -rf "$folder"
  mkdir -p "$folder/root/tmp"
  chmod 1777 "$folder/root/tmp"
  cp "$2" "$folder/root/$program"
  if [ "$program" = busybox ]; then
    mkdir "$folder/root/bin"
    mv "$folder/root/busybox" "$folder/root/bin/"
    "$2" --list | sed '/^busybox$/d' | while read -r tool; do ln -s busybox "$folder/root/bin/$tool"; done
    program=bin/sh
  fi
  tar -C "$folder/root" --owner=0 --group=0 --numeric-owner -cf "$folder/layer.tar" .
  printf '{"architecture":"%s","os":"linux","config":{"User":"%s","Env":["PATH=/bin:/"],"Entrypoint":["/%s"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
    "$(dpkg --print-architecture)" "${3:-}" "$program" "$(sha256sum "$folder/layer.tar" | cut -d ' ' -f 1)" >"$folder/config.json"
  printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "$1" >"$folder/manifest.json"
  tar -C "$folder" -c manifest.json config.json layer.tar | in_containerd images import - >>"$state/logs/images.log" 2>&1 ||
    die "could not make the image $1:" "$(tail -n 5 "$state/logs/images.log")"
  rm -rf "$folder"
}

own_images() {
  scratch_image localhost/pause:1 "$bin/pause" 65535:65535
  scratch_image localhost/busybox:1 "$(command -v busybox)"
  scratch_image "localhost/coredns:$coredns_version" "$bin/coredns" 65532:65532
  scratch_image "localhost/local-path-provisioner:$local_path_version" "$bin/local-path-provisioner" 65532:65532
  scratch_image "localhost/metrics-server:$metrics_server_version" "$bin/metrics-server" 65532:65532
  ! with_traefik || scratch_image "localhost/traefik:$traefik_version" "$bin/traefik" 65532:65532
}

# load IMAGE|FILE.tar...
load_images() {
  local image begun
  alive containerd || die "the cluster is not up" "start it with: ci/cluster-here up"
  for image in "$@"; do
    begun=$SECONDS
    if [ -f "$image" ]; then
      in_containerd images import "$image" >"$state/logs/load.log" 2>&1 ||
        die "could not load the file $image:" "$(tail -n 5 "$state/logs/load.log")"
    else
      docker version >"$state/logs/load.log" 2>&1 ||
        die "no Docker engine answers, so there is no $image to load:" "$(tail -n 2 "$state/logs/load.log")" \
          "start it (dockerd), or give the file that \`docker save\` wrote"
      docker image inspect "$image" >/dev/null 2>"$state/logs/load.log" ||
        die "the Docker engine has no image $image" "build it, or see: docker images"
      docker save "$image" 2>"$state/logs/load.log" | in_containerd images import - >>"$state/logs/load.log" 2>&1 ||
        die "could not load $image:" "$(tail -n 5 "$state/logs/load.log")"
    fi
    say "loaded $image in $((SECONDS - begun)) s"
  done
}
