# NodeLocal DNSCache: a CoreDNS under the name node-cache, in the network of the node. It asks the CoreDNS of other pods, and knows no names itself.
# needs: kubelet
# shellcheck shell=sh

# dns_cache_address PID: DS_AT is the first address at which it listens, by its argument.
dns_cache_address() {
  DS_AT=$(tr '\000' '\n' <"$FX_ROOT/proc/$1/cmdline" 2>/dev/null | sed -n '/^--*localip$/{n;p;q;}; s/^--*localip=//p' | head -n 1)
  DS_AT=${DS_AT%%,*}
  case $DS_AT in *[!0-9a-fA-F.:]*) DS_AT='' ;; esac
}

# dns_cache_domain: DS_DOMAIN is what the kubelet tells pods, as no plugin kubernetes does here.
# shellcheck disable=SC2034
dns_cache_domain() {
  DS_DOMAIN=$(
    DN_DONE='' DN_DOMAIN=''
    dns_of_kubelet
    [ -n "$DN_DOMAIN" ] || dns_of_pods
    echo "${DN_DOMAIN:-cluster.local}"
  )
}

# dns_cache_file PID: it writes its Corefile itself, beside its program: DS_DIR is that folder as this machine sees it. False where it is missing.
dns_cache_file() {
  DS_FLAT=1 DS_DIR=$FX_ROOT/proc/$1/root${DS_CONF%/*}
  [ -f "$DS_DIR/$DS_NAME" ]
}
