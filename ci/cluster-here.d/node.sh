# shellcheck shell=bash disable=SC2034,SC2154
# Part of ci/cluster-here: the node's processes, their start and their end.

# In the order of their start.
processes=(etcd kube-apiserver kube-controller-manager kube-scheduler containerd kubelet kube-proxy kube-router)

install_packages() {
  ci/debian etcd-server containerd runc containernetworking-plugins conntrack ipset iptables socat busybox-static \
    iproute2 openssl || die "the node's packages are missing; ci/debian says which"
}

# fill FILE: a template with this cluster's values.
fill() {
  sed -e "s|@STATE@|$state|g" -e "s|@SOCKET@|$socket|g" -e "s|@BRIDGE@|$bridge|g" -e "s|@CGROUP@|$cgroup|g" \
    -e "s|@NODE@|$node|g" -e "s|@NODE_IP@|$node_ip|g" -e "s|@POD_CIDR@|$pod_cidr|g" -e "s|@DNS_IP@|$dns_ip|g" \
    -e "s|@COREDNS@|$coredns_version|g" -e "s|@LOCAL_PATH@|$local_path_version|g" \
    -e "s|@METRICS_SERVER@|$metrics_server_version|g" -e "s|@TRAEFIK@|$traefik_version|g" \
    -e "/^@CA@$/{
      s/.*//
      r $state/config/ca-indented
      d
    }" "$1"
}

# configuration TEMPLATE FILE: written only if it says something new, as kube-proxy ends when its file is touched.
configuration() {
  fill "$parts/config/$1" >"$state/config/new"
  if cmp -s "$state/config/new" "$state/config/$2"; then rm "$state/config/new"; else mv "$state/config/new" "$state/config/$2"; fi
}

configure() {
  sed 's/^/    /' "$certs/ca.crt" >"$state/config/ca-indented"
  configuration containerd.toml containerd.toml
  configuration registries.toml registries/_default/hosts.toml
  configuration cni.json cni/cluster-here.conflist
  configuration kubelet.yaml kubelet.yaml
  configuration kube-proxy.yaml kube-proxy.yaml
  # Nobody to ask outside of the cluster.
  : >"$state/config/resolv.conf"
}

# A process is known by its number and its start, as a number alone may be another's by now.
begin_of() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20; }
pid_of() { cut -d ' ' -f 1 "$state/run/$1.pid"; }
alive() {
  local pid begin
  read -r pid begin 2>/dev/null <"$state/run/$1.pid" || return 1
  [ -n "$begin" ] && [ "$(begin_of "$pid")" = "$begin" ]
}

# start NAME COMMAND...: unless it runs. Without this shell's variables, among them the proxies of a machine.
start() {
  local name=$1
  shift
  ! alive "$name" || return 0
  setsid env -i PATH="$bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" HOME="$state" "$@" \
    >"$state/logs/$name.log" 2>&1 </dev/null &
  local pid=$!
  echo "$pid $(begin_of $pid)" >"$state/run/$name.pid"
}

# answers NAME SECONDS COMMAND...: waits for the process's first good answer.
answers() {
  local name=$1 deadline=$((SECONDS + $2))
  shift 2
  until "$@" >/dev/null 2>&1; do
    alive "$name" || die "$name ended; the last lines of $state/logs/$name.log:" "$(tail -n 10 "$state/logs/$name.log")"
    [ $SECONDS -lt $deadline ] || die "$name does not answer; the last lines of $state/logs/$name.log:" \
      "$(tail -n 10 "$state/logs/$name.log")"
    sleep 0.3
  done
  say "$name answers"
}

start_control_plane() {
  start etcd etcd --name "$node" --data-dir "$state/etcd" \
    --listen-client-urls https://127.0.0.1:12379 --advertise-client-urls https://127.0.0.1:12379 \
    --listen-peer-urls http://127.0.0.1:12380 --initial-advertise-peer-urls http://127.0.0.1:12380 \
    --initial-cluster "$node=http://127.0.0.1:12380" --client-cert-auth \
    --trusted-ca-file "$certs/ca.crt" --cert-file "$certs/etcd.crt" --key-file "$certs/etcd.key"
  # Beside the rest, as it needs a while.
  start containerd containerd --config "$state/config/containerd.toml"
  answers etcd 30 curl -sf --cacert "$certs/ca.crt" --cert "$certs/etcd.crt" --key "$certs/etcd.key" \
    https://127.0.0.1:12379/health

  start kube-apiserver "$bin/kube-apiserver" \
    --bind-address "$node_ip" --advertise-address "$node_ip" --secure-port 6443 \
    --etcd-servers https://127.0.0.1:12379 --etcd-cafile "$certs/ca.crt" \
    --etcd-certfile "$certs/etcd.crt" --etcd-keyfile "$certs/etcd.key" \
    --service-cluster-ip-range "$service_cidr" --authorization-mode Node,RBAC \
    --enable-admission-plugins NodeRestriction --allow-privileged \
    --tls-cert-file "$certs/apiserver.crt" --tls-private-key-file "$certs/apiserver.key" --client-ca-file "$certs/ca.crt" \
    --kubelet-certificate-authority "$certs/ca.crt" --kubelet-preferred-address-types InternalIP \
    --kubelet-client-certificate "$certs/apiserver-kubelet-client.crt" \
    --kubelet-client-key "$certs/apiserver-kubelet-client.key" \
    --service-account-issuer https://kubernetes.default.svc.cluster.local \
    --service-account-key-file "$certs/service-accounts.key" \
    --service-account-signing-key-file "$certs/service-accounts.key" \
    --requestheader-client-ca-file "$certs/front-proxy-ca.crt" --requestheader-allowed-names front-proxy-client \
    --requestheader-username-headers X-Remote-User --requestheader-group-headers X-Remote-Group \
    --requestheader-extra-headers-prefix X-Remote-Extra- --enable-aggregator-routing \
    --proxy-client-cert-file "$certs/front-proxy-client.crt" --proxy-client-key-file "$certs/front-proxy-client.key"
  answers kube-apiserver 90 kube get --raw /readyz

  start kube-controller-manager "$bin/kube-controller-manager" --bind-address 127.0.0.1 --leader-elect=false \
    --kubeconfig "$certs/controller-manager.kubeconfig" \
    --authentication-kubeconfig "$certs/controller-manager.kubeconfig" \
    --authorization-kubeconfig "$certs/controller-manager.kubeconfig" \
    --cluster-signing-cert-file "$certs/ca.crt" --cluster-signing-key-file "$certs/ca.key" \
    --root-ca-file "$certs/ca.crt" --service-account-private-key-file "$certs/service-accounts.key" \
    --use-service-account-credentials --allocate-node-cidrs --cluster-cidr "$pod_cidr" --node-cidr-mask-size 24 \
    --service-cluster-ip-range "$service_cidr"
  start kube-scheduler "$bin/kube-scheduler" --bind-address 127.0.0.1 --leader-elect=false \
    --kubeconfig "$certs/scheduler.kubeconfig" --authentication-kubeconfig "$certs/scheduler.kubeconfig" \
    --authorization-kubeconfig "$certs/scheduler.kubeconfig"
}

start_node() {
  answers containerd 60 in_containerd version
  own_images
  say "the cluster's own images are there"

  local controller
  for controller in /sys/fs/cgroup/*/; do
    # Of cgroup v1 there is one tree for each controller; of v2 there is one tree.
    [ ! -e "$controller/cgroup.procs" ] || [ "$(stat -fc %T "$controller")" != cgroupfs ] || mkdir -p "$controller/$cgroup"
  done
  [ "$(stat -fc %T /sys/fs/cgroup)" != cgroup2fs ] || mkdir -p "/sys/fs/cgroup/$cgroup"

  start kubelet "$bin/kubelet" --config "$state/config/kubelet.yaml" --kubeconfig "$certs/kubelet.kubeconfig" \
    --root-dir "$state/kubelet" --cert-dir "$state/kubelet/pki" --hostname-override "$node" --node-ip "$node_ip" \
    --containerd "$socket"
  start kube-proxy "$bin/kube-proxy" --config "$state/config/kube-proxy.yaml"
  answers kubelet 60 curl -sf http://127.0.0.1:10248/healthz
  answers kube-proxy 60 curl -sf http://127.0.0.1:10249/healthz
  answers kubelet 60 kube wait --for=condition=Ready "node/$node" --timeout=1s
}

# Not before its rights are there.
start_policies() {
  start kube-router "$bin/kube-router" --kubeconfig "$certs/kube-router.kubeconfig" --hostname-override "$node" \
    --run-router=false --run-service-proxy=false --run-firewall --service-cluster-ip-range "$service_cidr" \
    --health-port 0 --metrics-port 0
  answers kube-router 60 iptables -w -n -L KUBE-ROUTER-FORWARD
}

# All that they know is thrown away, so nobody is asked to end in order.
stop() {
  ! alive "$1" || kill -KILL "$(pid_of "$1")" 2>/dev/null || true
  while alive "$1"; do sleep 0.05; done
}

# The processes in the cluster's control groups, which are the pods'.
pod_processes() {
  # A group may end while it is looked at.
  { find /sys/fs/cgroup -path "*/$cgroup/*" -name cgroup.procs -exec cat {} + 2>/dev/null || true; } | sort -un
}

stop_node() {
  local name
  # First those who would start pods again.
  for name in kube-router kube-proxy kubelet; do stop $name; done
  say "the node's processes ended"

  local round
  for round in $(seq 50); do
    local pids
    pids=$(pod_processes)
    [ -n "$pids" ] || break
    # shellcheck disable=SC2086
    kill -KILL $pids 2>/dev/null || true
    sleep 0.1
  done
  stop containerd

  # Each pod's keeper, which outlives containerd and is known by our socket's name, and its own socket.
  local address
  find "$state/containerd-run" -name address -exec cat {} \; -exec echo \; 2>/dev/null |
    while read -r address; do [ -z "$address" ] || rm -f "${address#unix://}"; done
  shims | while read -r pid; do kill -KILL "$pid" 2>/dev/null || true; done

  for name in kube-scheduler kube-controller-manager kube-apiserver etcd; do stop $name; done
  say "pods, containerd and the control plane ended"

  local mount
  for round in 1 2 3; do
    ours_mounted | while read -r mount; do umount -l "$mount" 2>/dev/null || true; done
  done
  find /sys/fs/cgroup -depth -type d \( -path "*/$cgroup" -o -path "*/$cgroup/*" \) -exec rmdir {} + 2>/dev/null || true

  # What kubelet and the CNI plugins write to places of their own choice.
  find /var/log/containers -lname "$state/*" -delete 2>/dev/null || true
  grep -lsrF "$state/" /var/lib/cni/results | xargs -r rm -f
  rm -f /var/lib/kubelet/device-plugins/kubelet.sock
  rmdir /var/log/containers /var/lib/cni/results /var/lib/cni /var/lib/kubelet/device-plugins /var/lib/kubelet 2>/dev/null || true
}

shims() { pgrep -f "^[^ ]*containerd-shim-runc-v2 .*-address $socket( |\$)" || true; }
ours_mounted() { awk -v state="$state/" 'index($2, state) == 1 { print $2 }' /proc/mounts | sort -r; }

# left WHAT: for the report at the end of `down`.
left() { echo "$1" >>"$state/run/left"; }

left_behind() {
  local name
  [ ! -f "$state/run/left" ] || cat "$state/run/left"
  shims | sed 's/^/process /'
  ours_mounted | sed 's/^/mount /'
  ! ip link show "$bridge" >/dev/null 2>&1 || echo "interface $bridge"
  { iptables-save; ip6tables-save; } 2>/dev/null | grep -E '^:(KUBE-|CNI-|CLUSTER-HERE)' || true
  find /sys/fs/cgroup -type d -name "$cgroup" | sed 's/^/control group /'
  for name in run certs config etcd containerd containerd-run kubelet cni volumes pod-logs image; do
    [ ! -e "$state/$name" ] || echo "folder $state/$name"
  done
}
