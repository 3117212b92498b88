# Connections to the API server's ports, other than those of some peers: counted here.
# Long output is streamed: a shell that appends line by line takes minutes for thousands of lines.
# needs: common/tools common/start
# shellcheck shell=sh

# sockets_ask CONDITION: SO_OUT are the server's connections that match it, one a line; false if ss refuses, and then SO_OUT
# is why. Standard error is dropped first: a warning of the loader or of a library is not a connection.
sockets_ask() {
  sockets_ports
  SO_OUT=$(ss -Htn state established "( $SO_PORTS )$1" 2>/dev/null) && return 0
  SO_OUT=$(ss -Htn state established "( $SO_PORTS )$1" 2>&1 >/dev/null)
  return 1
}

# sockets_ports: SO_PORTS is the filter of ss for the ports that the fence covers.
sockets_ports() {
  SO_PORTS=''
  for FX_K in $IN_PORTS; do SO_PORTS="$SO_PORTS${SO_PORTS:+ or }sport = :$FX_K"; done
}

# sockets_among WORDS: SO_F is the filter of ss for these addresses and networks; a prefix length goes inside the brackets.
sockets_among() {
  SO_F=''
  for FX_K in $1; do
    case $FX_K in *:*) FX_K="[$FX_K]" ;; esac
    SO_F="$SO_F${SO_F:+ or }dst $FX_K"
  done
}

# sockets_keep WORDS: SO_KEEP is these, loopback, and those of this machine's own addresses (such as a balancer's floating
# address or a bridge's) over which it has connections to itself now.
sockets_keep() {
  SO_KEEP="127.0.0.0/8 ::1${1:+ $1}"
  fx_has ip || return 0
  SO_W='' SO_C=0
  for FX_K in $(ip -o addr 2>/dev/null | while read -r _ _ _ FX_K _; do echo "${FX_K%/*}"; done) end; do
    [ "$FX_K" = end ] || SO_W="$SO_W $FX_K" SO_C=$((SO_C + 1))
    if [ "$FX_K" != end ] && [ "$SO_C" -lt 500 ] || [ -z "$SO_W" ]; then continue; fi
    sockets_among "$SO_W"
    sockets_ask " and ( $SO_F )" || SO_OUT=''
    for SO_P in $(printf '%s\n' "$SO_OUT" | sockets_peers | sort -u); do SO_KEEP="$SO_KEEP $SO_P"; done
    SO_W='' SO_C=0
  done
}

sockets_peers() {
  while read -r _ _ _ SO_P _; do
    [ -n "$SO_P" ] || continue
    SO_P=${SO_P%:*}
    SO_P=${SO_P#'['} SO_P=${SO_P%']'}
    echo "${SO_P#::ffff:}"
  done
}

# sockets_many: whether they do not fit one filter. The kernel truncates a longer one silently: it would match others.
sockets_many() {
  # shellcheck disable=SC2086
  set -- $SO_KEEP
  [ $# -gt 1000 ]
}

# sockets_rest: SO_REST is `local peer` of all but SO_KEEP, one a line: kept ones are listed twice more and dropped as duplicates. False if ss refuses.
sockets_rest() {
  sockets_ask '' || return 1
  SO_REST=$SO_OUT SO_W='' SO_C=0
  for FX_K in $SO_KEEP end; do
    [ "$FX_K" = end ] || SO_W="$SO_W $FX_K" SO_C=$((SO_C + 1))
    if [ "$FX_K" != end ] && [ "$SO_C" -lt 500 ] || [ -z "$SO_W" ]; then continue; fi
    sockets_among "$SO_W"
    SO_W='' SO_C=0
    # If one part cannot be read, its connections would be closed with the others.
    sockets_ask " and ( $SO_F )" || return 1
    SO_REST="$SO_REST$FX_NL$SO_OUT$FX_NL$SO_OUT"
  done
  SO_REST=$(printf '%s\n' "$SO_REST" | while read -r _ _ SO_L SO_P _; do [ -z "$SO_P" ] || echo "$SO_L $SO_P"; done | sort | uniq -u)
}

# sockets_count: FX_N is how many connections are not of SO_KEEP; empty if unknown, and SO_OUT says why.
sockets_count() {
  FX_N=''
  if sockets_many; then
    sockets_rest || return 0
    SO_OUT=$SO_REST
  else
    sockets_among "$SO_KEEP"
    SO_F=" and not ( $SO_F )"
    sockets_ask "$SO_F" || return 0
  fi
  FX_I=$IFS IFS=$FX_NL
  # shellcheck disable=SC2086
  set -- $SO_OUT
  IFS=$FX_I
  FX_N=$#
}

# sockets_others KEPT: FX_N is how many connections there are from other addresses than these.
sockets_others() {
  FX_N='' SO_OUT='no ss here'
  fx_has ss || return 0
  sockets_keep "$1"
  sockets_count
}
