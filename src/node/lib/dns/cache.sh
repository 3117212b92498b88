# NodeLocal DNSCache: a CoreDNS under the name node-cache, in the network of the node. It asks the CoreDNS of other pods, and knows no names itself.
# needs: kubelet common/within
# shellcheck shell=sh

# dns_cache_here PID: any pod may name a process so. It is one where its network is that of the node, and its address, DS_AT, one of the node's.
dns_cache_here() {
  DS_AT=''
  DS_N=$(readlink "$FX_ROOT/proc/1/ns/net" 2>/dev/null)
  [ -n "$DS_N" ] && [ "$(readlink "$FX_ROOT/proc/$1/ns/net" 2>/dev/null)" = "$DS_N" ] || return 1
  dns_cache_address "$1"
  [ -n "$DS_AT" ]
}

# dns_cache_address PID: DS_AT is the first address at which it listens, by its argument, that the node has.
dns_cache_address() {
  DS_AT=$({
    cat "$FX_ROOT/proc/$1/net/fib_trie" "$FX_ROOT/proc/$1/net/if_inet6" 2>/dev/null
    echo '='
    tr '\000' '\n' <"$FX_ROOT/proc/$1/cmdline" 2>/dev/null | sed -n '/^--*localip$/{n;p;q;}; s/^--*localip=//p' | head -n 1 | tr ',' '\n'
  } | awk '
    # An address as /proc/net/if_inet6 has it.
    function whole(text, half, left, right, n, l, r, i, out) {
      n = split(text, half, "::")
      l = split(half[1], left, ":")
      r = n > 1 ? split(half[2], right, ":") : 0
      for (i = 1; i <= l; i++) out = out substr("0000" left[i], length(left[i]) + 1)
      for (i = l + r; n > 1 && i < 8; i++) out = out "0000"
      for (i = 1; i <= r; i++) out = out substr("0000" right[i], length(right[i]) + 1)
      return out
    }
    $0 == "=" { asked = 1 }
    !asked && /\|-- / { at = $2 }
    !asked && /32 host LOCAL/ { has[at] = 1 }
    !asked && NF == 6 && length($1) == 32 { has[$1] = 1 }
    asked && /^[0-9a-fA-F.:]+$/ && ((/:/ ? whole(tolower($0)) : $0) in has) {
      print
      exit
    }')
}

# dns_cache_domain: DS_DOMAIN is what the kubelet tells pods, as no plugin kubernetes does here.
# shellcheck disable=SC2034
dns_cache_domain() {
  DS_DOMAIN=$(
    DN_DONE='' DN_DOMAIN=''
    dns_of_kubelet
    [ -n "$DN_DOMAIN" ] || dns_of_pods
    case $DN_DOMAIN in *[!A-Za-z0-9.-]*) DN_DOMAIN='' ;; esac
    echo "${DN_DOMAIN:-cluster.local}"
  )
}

# dns_cache_file PID: it writes its Corefile itself, beside its program: DS_DIR is that folder as this machine sees it, DS_FLAT the process.
# False where the file is missing, or a part of its path is a link.
# shellcheck disable=SC2034
dns_cache_file() {
  DS_FLAT=$1 DS_DIR=$FX_ROOT/proc/$1/root${DS_CONF%/*}
  (dns_cache_cd "$1")
}

# dns_cache_cd PID: into the folder of its Corefile; the caller gives it a shell of its own. A link below /proc/PID/root may lead into
# this machine's own files, and come at any moment: so the parent of each folder that was entered must be the one before.
# From there only names in that folder are used, and nothing that the container has may come by an environment.
dns_cache_cd() {
  case :$PATH: in *:[!/]*) return 1 ;; esac
  unset LD_LIBRARY_PATH LD_PRELOAD
  cd "$FX_ROOT/proc/$1/root/." || return 1
  set -f
  IFS=/
  for DS_K in ${DS_CONF%/*}; do
    case $DS_K in '') continue ;; . | ..) return 1 ;; esac
    # In dash, bash and busybox.
    # shellcheck disable=SC3013
    [ ! -L "./$DS_K" ] && exec 9<. && cd "./$DS_K" && [ .. -ef /proc/self/fd/9 ] && exec 9<&- || return 1
  done
  unset IFS
  [ -f "./$DS_NAME" ] && [ ! -L "./$DS_NAME" ]
} 2>/dev/null

# dns_cache_stale PID: after dns_server; whether its Corefile lets it answer by what it had.
dns_cache_stale() (
  if [ -n "$DS_FLAT" ]; then dns_cache_cd "$1"; else cd "$DS_DIR" && [ -f "./$DS_NAME" ]; fi &&
    within 2 grep -q '^[ \t]*serve_stale' "./$DS_NAME"
) 2>/dev/null
