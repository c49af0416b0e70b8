# shellcheck shell=bash disable=SC2034,SC2154
# Part of ci/cluster-here: the node's network, the kernel settings that the cluster changes, and their end.

# What kubelet and kube-proxy set, and this script; `down` sets them back.
settings=(vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys
  kernel/keys/root_maxbytes net/ipv4/ip_forward net/ipv4/conf/all/route_localnet
  net/bridge/bridge-nf-call-iptables net/netfilter/nf_conntrack_tcp_be_liberal)

network_up() {
  [ -e /proc/sys/net/bridge/bridge-nf-call-iptables ] || modprobe br_netfilter 2>/dev/null ||
    die "the kernel filters no bridged packets, so neither Services nor NetworkPolicies can work" \
      "it needs CONFIG_BRIDGE_NETFILTER (module br_netfilter)"
  if [ ! -f "$state/run/settings" ]; then
    ! ip link show "$bridge" >/dev/null 2>&1 || die "the interface $bridge exists already: another such cluster?" \
      "end it with: CLUSTER_STATE=<its folder> ci/cluster-here down, or: ip link delete $bridge"
    ! pgrep -x kubelet >/dev/null || die "another kubelet runs on this machine; two would undo each other's work" \
      "end it, or use its cluster: $(pgrep -ax kubelet | cut -c 1-150)"
    local s
    for s in "${settings[@]}"; do
      [ ! -e "/proc/sys/$s" ] || echo "$s $(cat "/proc/sys/$s")"
    done >"$state/run/settings"
  fi
  echo 1 >/proc/sys/net/ipv4/ip_forward
  echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables

  # The pods' bridge, whose own address is the node's: nothing of the cluster is on an outer interface.
  ip link show "$bridge" >/dev/null 2>&1 || ip link add "$bridge" address 0a:58:0a:f5:00:01 type bridge
  ip addr replace "$node_ip/24" dev "$bridge"
  ip link set "$bridge" up

  # Pods reach each other and this machine, and nothing else; nobody else reaches them.
  local chain
  for chain in CLUSTER-HERE CLUSTER-HERE-IN; do
    iptables -w -N $chain 2>/dev/null || iptables -w -F $chain
  done
  iptables -w -A CLUSTER-HERE -i "$bridge" -o "$bridge" -j ACCEPT
  iptables -w -A CLUSTER-HERE -i "$bridge" -j REJECT
  iptables -w -A CLUSTER-HERE -o "$bridge" -j DROP
  iptables -w -A CLUSTER-HERE-IN -d "$pod_cidr" ! -i "$bridge" -j DROP
  # Packets of this machine to its own address come from `lo`.
  iptables -w -I CLUSTER-HERE-IN -i lo -j RETURN
  iptables -w -C FORWARD -j CLUSTER-HERE 2>/dev/null || iptables -w -A FORWARD -j CLUSTER-HERE
  iptables -w -C INPUT -j CLUSTER-HERE-IN 2>/dev/null || iptables -w -A INPUT -j CLUSTER-HERE-IN
}

network_down() {
  ! ip link show "$bridge" >/dev/null 2>&1 || ip link delete "$bridge"
  remove_chains iptables
  remove_chains ip6tables
  local set
  if command -v ipset >/dev/null; then
    for set in $(ipset list -n | grep -E '^(inet6:)?(KUBE-|kube-router-)'); do
      ipset destroy "$set" || left "ipset $set"
    done
  fi
  if [ -f "$state/run/settings" ]; then
    local name value
    while read -r name value; do
      echo "$value" >"/proc/sys/$name" || left "the kernel setting $name"
    done <"$state/run/settings"
    rm "$state/run/settings"
  fi
}

# remove_chains COMMAND: what kube-proxy, kubelet, kube-router, the CNI plugins and this script added, in one
# step for each table, so that a rule which somebody else adds in between is not lost.
remove_chains() {
  local table
  for table in filter nat mangle raw; do
    { "$1-save" -t $table 2>/dev/null || true; } | awk -v table=$table '
      function ours(name) { return name ~ /^(KUBE-|CNI-|CLUSTER-HERE)/ }
      /^:/ { name = substr($1, 2); if (ours(name)) { chains[++n] = name } next }
      /^-A/ { if (ours($2)) next
        for (i = 3; i < NF; i++) if (($i == "-j" || $i == "-g") && ours($(i + 1))) { sub(/^-A/, "-D"); rules[++m] = $0; break } }
      END { if (!n) exit
        print "*" table
        for (i = 1; i <= m; i++) print rules[i]
        for (i = 1; i <= n; i++) print "-F " chains[i]
        for (i = 1; i <= n; i++) print "-X " chains[i]
        print "COMMIT" }' >"$state/run/remove-chains"
    [ ! -s "$state/run/remove-chains" ] || "$1-restore" -w --noflush <"$state/run/remove-chains" ||
      left "chains of $1, table $table"
    rm "$state/run/remove-chains"
  done
}
