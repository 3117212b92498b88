# Closes those connections on the server: otherwise it keeps them, and their watches, for minutes.
# needs: sockets common/result
# shellcheck shell=sh

# sockets_close KEPT: closes all others, and reports how many were closed and how many are left.
sockets_close() {
  sockets_others "$1"
  if [ -z "$FX_N" ]; then
    fx_say "could not close connections ($SO_OUT): they end when they next send, silent ones when the server notices"
    return 0
  fi
  SO_HAD=$FX_N
  if sockets_many; then
    printf '%s\n' "$SO_OUT" | sockets_each
  else
    ss -K -Htn state established "( $SO_PORTS )$SO_F" >/dev/null 2>&1
  fi
  sockets_count
  FX_N=${FX_N:-0}
  fx_data closed "$((SO_HAD > FX_N ? SO_HAD - FX_N : 0))"
  fx_data left "$FX_N"
  [ "$FX_N" -eq 0 ] || fx_say "$FX_N connections could not be closed (kernel without INET_DIAG_DESTROY, or an old ss?)"
}

# sockets_each: closes those on standard input, each by its own four numbers.
sockets_each() {
  SO_W='' SO_C=0
  while read -r SO_L SO_P; do
    SO_W="$SO_W${SO_W:+ or }( src $SO_L and dst $SO_P )" SO_C=$((SO_C + 1))
    [ "$SO_C" -ge 100 ] || continue
    ss -K -Htn state established "$SO_W" >/dev/null 2>&1
    SO_W='' SO_C=0
  done
  [ -z "$SO_W" ] || ss -K -Htn state established "$SO_W" >/dev/null 2>&1
}
