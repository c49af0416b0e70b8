# shellcheck shell=bash disable=SC2034,SC2154
# Part of ci/cluster-here: the cluster's certificates and the kubeconfigs that hold them.

make_certs() {
  [ ! -f "$certs/done" ] || return 0
  mkdir -p "$certs"
  chmod 700 "$certs"
  printf '[req]\ndistinguished_name=name\n[name]\n' >"$certs/openssl.cnf"
  authority ca
  authority front-proxy-ca
  certificate ca etcd /CN=etcd "IP:127.0.0.1"
  certificate ca apiserver /CN=kube-apiserver "IP:$node_ip,IP:$api_ip,IP:127.0.0.1,DNS:localhost,DNS:kubernetes,\
DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local"
  certificate ca apiserver-kubelet-client /O=system:masters/CN=kube-apiserver-kubelet-client
  certificate front-proxy-ca front-proxy-client /CN=front-proxy-client
  certificate ca kubelet-server "/CN=$node" "IP:$node_ip,DNS:$node"
  openssl ecparam -name prime256v1 -genkey -noout -out "$certs/service-accounts.key"

  account kubelet "/O=system:nodes/CN=system:node:$node"
  account admin /O=system:masters/CN=admin
  account controller-manager /CN=system:kube-controller-manager
  account scheduler /CN=system:kube-scheduler
  account kube-proxy /CN=system:kube-proxy
  account kube-router /CN=kube-router
  touch "$certs/done"
}

# authority NAME
authority() {
  openssl req -x509 -config "$certs/openssl.cnf" -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 \
    -subj "/CN=cluster-here $1" -keyout "$certs/$1.key" -out "$certs/$1.crt" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
}

# certificate AUTHORITY NAME SUBJECT [ADDRESSES]
certificate() {
  openssl req -x509 -config "$certs/openssl.cnf" -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 365 \
    -CA "$certs/$1.crt" -CAkey "$certs/$1.key" -subj "$3" -keyout "$certs/$2.key" -out "$certs/$2.crt" \
    -addext basicConstraints=critical,CA:FALSE -addext keyUsage=critical,digitalSignature \
    -addext extendedKeyUsage=serverAuth,clientAuth ${4:+-addext "subjectAltName=$4"} 2>/dev/null
}

# account NAME SUBJECT: a client's certificate in a kubeconfig of its own.
account() {
  certificate ca "$1" "$2"
  (umask 077 && cat >"$certs/$1.kubeconfig") <<YAML
apiVersion: v1
kind: Config
current-context: cluster-here
clusters:
  - name: cluster-here
    cluster:
      server: https://$node_ip:6443
      certificate-authority-data: $(base64 -w 0 "$certs/ca.crt")
contexts:
  - name: cluster-here
    context: {cluster: cluster-here, user: $1}
users:
  - name: $1
    user:
      client-certificate-data: $(base64 -w 0 "$certs/$1.crt")
      client-key-data: $(base64 -w 0 "$certs/$1.key")
YAML
}
