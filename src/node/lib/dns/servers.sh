# The processes of CoreDNS on this node, and what is known of each from /proc: its address, and where its Corefile lies.
# needs: cache ask common/within
# shellcheck shell=sh

# dns_servers: DS_ALL are their process ids, that of the node's cache too. DS_OURS is that of a server that a hold started, not the cluster's.
# shellcheck disable=SC2034
dns_servers() {
  DS_ALL='' DS_OURS=''
  set +f
  for DS_F in "$FX_ROOT"/proc/[0-9]*/comm; do
    DS_P=''
    { read -r DS_P <"$DS_F"; } 2>/dev/null
    DS_K=$DS_P DS_P=${DS_F%/comm}
    case $DS_K in coredns) ;; node-cache) dns_cache_here "${DS_P##*/}" || continue ;; *) continue ;; esac
    if grep -q /etc/fireaxe-dns/ "$DS_P/cmdline" 2>/dev/null; then
      DS_OURS=${DS_P##*/}
    else
      DS_ALL="$DS_ALL${DS_ALL:+ }${DS_P##*/}"
    fi
  done
  set -f
}

# dns_kind PID: DS_KIND is `pod`, or `node-local` for the cache of this node.
dns_kind() {
  DS_KIND=pod DS_P=''
  { read -r DS_P <"$FX_ROOT/proc/$1/comm"; } 2>/dev/null
  [ "$DS_P" != node-cache ] || DS_KIND=node-local
}

# dns_server PID: DS_KIND is what it is, DS_AT its address, DS_DIR the folder of its Corefile in the kubelet's volume on this node, DS_NAME the file's
# name there, DS_DOMAIN the domain of its cluster; DS_FLAT is the process where the file lies in no volume. False, with DS_WHY, where one of them is not found.
# Not every script asks why.
# shellcheck disable=SC2034
dns_server() {
  DS_AT='' DS_DIR='' DS_DOMAIN='' DS_WHY='' DS_FLAT=''
  dns_conf "$1"
  dns_kind "$1"
  DS_NAME=${DS_CONF##*/}
  dns_address "$1"
  [ -n "$DS_AT" ] || { DS_WHY='its address is not in /proc' && return 1; }
  # Of what the plugin kubernetes serves, the first that is not a reverse zone.
  if [ "$DS_KIND" = node-local ]; then dns_cache_domain; else DS_DOMAIN=$(dns_zone "$FX_ROOT/proc/$1/root$DS_CONF"); fi
  case $DS_DOMAIN in '') DS_DOMAIN=cluster.local ;; *[!A-Za-z0-9.-]*) DS_WHY='the domain in its Corefile is odd' && return 1 ;; esac
  DS_DOMAIN=${DS_DOMAIN%.}
  dns_volume "$1" && return 0
  DS_WHY="its Corefile $DS_CONF does not lie in a config-map volume of the kubelet"
  [ "$DS_KIND" = node-local ] || return 1
  DS_WHY="its Corefile $DS_CONF is missing, or a link is in its path"
  dns_cache_file "$1"
}

# dns_zone COREFILE: a pod may have a pipe there.
dns_zone() {
  [ -f "$1" ] || return 0
  within 2 sed -n 's/^[ \t]*kubernetes[ \t]*\([^#{]*\).*/\1/p' "$1" 2>/dev/null | tr ' \t' '\n' | grep -v -e 'arpa\.*$' -e '^$' | head -n 1
}

# dns_conf PID: DS_CONF is the path of its Corefile as the container has it.
dns_conf() {
  DS_CONF=$(tr '\000' '\n' <"$FX_ROOT/proc/$1/cmdline" 2>/dev/null | sed -n '/^--*conf$/{n;p;q;}; s/^--*conf=//p' | head -n 1)
  case $DS_CONF in /*) ;; *) DS_CONF=/${DS_CONF:-Corefile} ;; esac
}

# dns_address PID: after dns_kind. The first address in its network that is not a loopback; that of a cache by its argument.
dns_address() {
  # A process may change its name at any moment.
  [ "$DS_KIND" = pod ] || {
    dns_cache_here "$1"
    return 0
  }
  DS_AT=$(awk '/\|-- / { at = $2 } /32 host LOCAL/ && at !~ /^(127|169\.254)\./ { print at; exit }' "$FX_ROOT/proc/$1/net/fib_trie" 2>/dev/null)
  [ -n "$DS_AT" ] || DS_AT=$(awk '$4 == "00" { a = $1; o = ""; for (i = 1; i <= 29; i += 4) o = o (i > 1 ? ":" : "") substr(a, i, 4); print o; exit }' \
    "$FX_ROOT/proc/$1/net/if_inet6" 2>/dev/null)
}

# dns_volume PID: the folder that is mounted where the container has its Corefile, as this machine sees it. Of volumes only those that
# the kubelet fills: in others a pod may write, and its links would lead into this machine's own files.
dns_volume() {
  DS_M=${DS_CONF%/*}
  DS_M=$(awk -v dir="${DS_M:-/}" '
    NR == FNR { if ($5 == dir) { dev = $3; root = $4 } next }
    $3 == dev && dev != "" { top = $4 == "/" ? "" : $4; if (index(root, top "/") == 1) print ($5 == "/" ? "" : $5) substr(root, length(top) + 1) }
  ' "$FX_ROOT/proc/$1/mountinfo" "$FX_ROOT/proc/self/mountinfo" 2>/dev/null)
  DS_I=$IFS IFS='
'
  for DS_DIR in $DS_M; do
    case $DS_DIR in *kubernetes.io~*kubernetes.io~*) continue ;; */pods/*/volumes/kubernetes.io~configmap/* | */pods/*/volumes/kubernetes.io~projected/*) ;; *) continue ;; esac
    DS_DIR=$FX_ROOT$DS_DIR
    # In dash, bash and busybox.
    # shellcheck disable=SC3013
    if [ -L "$DS_DIR/..data" ] && [ "$DS_DIR/$DS_NAME" -ef "$FX_ROOT/proc/$1/root$DS_CONF" ]; then
      IFS=$DS_I
      return 0
    fi
  done
  IFS=$DS_I
  return 1
}

# dns_mark: what the server that dns_server found says of a name that only the table of a hold has. One that knows the cluster's names
# says that it does not exist. A cache may say so by what it had, so it is asked for a name that nobody asked before, too.
dns_mark() {
  [ "$DS_KIND" = node-local ] || { dns_ask "$DS_AT" "hold.fireaxe.svc.$DS_DOMAIN" && return 0; }
  DS_K=$(dns_ask "$DS_AT" "cache.fireaxe.svc.$DS_DOMAIN")
  [ "$DS_K" != NXDOMAIN ] || { read -r DS_K </proc/sys/kernel/random/uuid && DS_K=$(dns_ask "$DS_AT" "$DS_K.fireaxe.svc.$DS_DOMAIN"); }
  echo "$DS_K"
}
