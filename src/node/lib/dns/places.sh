# Where this node and its pods send their questions: by the kubelet's settings, the pods' resolvers and the rules of kube-proxy.
# needs: servers kubelet common/within common/has
# shellcheck shell=sh

# dns_places: DN_DONE are `KIND=ADDRESS` words, at most eight; DN_DOMAIN is the cluster's domain. A pod may have resolvers of
# its own, so the pods are asked only for what the kubelet does not tell.
dns_places() {
  DN_DOMAIN=''
  dns_of_kubelet
  [ -n "$DN_DONE" ] && [ -n "$DN_DOMAIN" ] || dns_of_pods
  case $DN_DOMAIN in '' | *[!A-Za-z0-9.-]*) DN_DOMAIN=cluster.local ;; esac
  dns_of_service
  dns_of_own
}

# dns_of_service: CoreDNS itself, behind the service kube-system/kube-dns.
dns_of_service() {
  dns_endpoints
  for DN_L in $DN_ENDS; do dns_add pod "$DN_L"; done
}

# dns_endpoints: DN_ENDS are the addresses of its pods, by the rules of kube-proxy.
dns_endpoints() {
  DN_ENDS=$({
    ! fx_has nft || within 1 nft list chains 2>/dev/null |
      sed -n 's/^.*chain endpoint-[A-Z0-9]*-kube-system\/kube-dns\/udp\/dns__\([0-9.]*\)\/53 .*/\1/p'
    ! fx_has iptables || within 1 iptables -w 1 -t nat -S KUBE-SVC-TCOU7JCQXEZGVUNU 2>/dev/null |
      sed -n 's/.*"kube-system\/kube-dns:dns -> \([0-9.]*\):53".*/\1/p'
  } | sort -u)
}

# dns_of_own: CoreDNS and the cache on this node, each at its own address.
dns_of_own() {
  dns_servers
  for DN_L in $DS_ALL; do
    dns_kind "$DN_L"
    dns_address "$DN_L"
    dns_add "$DS_KIND" "$DS_AT"
  done
}
