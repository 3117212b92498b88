# The open connections of the fenced clients on a worker: each is closed by its own four numbers, and no other.
# needs: common/tools
# shellcheck shell=sh

# clients_sockets: CL_OPEN is `local>peer` of every connection to be fenced, FX_N how many; empty without ss.
clients_sockets() {
  CL_OPEN='' FX_N=''
  fx_has ss || return 0
  FX_N=0 CL_F=''
  for FX_K in $IN_SERVERS4 $IN_SERVICES4; do CL_F="$CL_F${CL_F:+ or }dst $FX_K or dst [::ffff:$FX_K]"; done
  for FX_K in $IN_SERVERS6 $IN_SERVICES6; do CL_F="$CL_F${CL_F:+ or }dst [$FX_K]"; done
  CL_T=''
  for FX_K in $IN_PORTS; do CL_T="$CL_T${CL_T:+ or }dport = :$FX_K"; done
  CL_OUT=$(ss -Htne --cgroup state established "( $CL_T ) and ( $CL_F )" 2>/dev/null)
  FX_I=$IFS IFS=$FX_NL
  for CL_L in $CL_OUT; do
    IFS=$FX_I
    # shellcheck disable=SC2086
    set -- $CL_L
    if clients_mine "$CL_L "; then
      CL_OPEN="$CL_OPEN $3>$4" FX_N=$((FX_N + 1))
    fi
    IFS=$FX_NL
  done
  IFS=$FX_I
}

# clients_mine LINE: whether the connection of this line of ss is to be fenced.
clients_mine() {
  CL_G='' CL_U=0
  case $1 in *' cgroup:/'*) CL_G=${1#*' cgroup:/'} CL_G=${CL_G%%' '*} ;; esac
  # ss does not print the user root.
  case $1 in *' uid:'*) CL_U=${1#*' uid:'} CL_U=${CL_U%%' '*} ;; esac
  CL_HIT=''
  [ "$CL_U" != "$CL_UID" ] || CL_HIT=1
  for CL_P in $CL_PATHS; do
    case $CL_G/ in "$CL_P/"*) CL_HIT=1 ;; esac
  done
  if [ -n "$P_EXCEPT" ]; then
    # Its owner must be known before it is closed.
    [ -n "$CL_G" ] && [ -z "$CL_HIT" ]
  else
    [ -n "$CL_HIT" ]
  fi
}

clients_close() {
  clients_sockets
  if [ -z "$FX_N" ]; then
    fx_say 'ss is not on this node: open connections end when they next send'
    return 0
  fi
  # Most end at their next packet; idle ones are closed here.
  for CL_L in $CL_OPEN; do
    ss -K -Htn state established "( src ${CL_L%>*} and dst ${CL_L#*>} )" >/dev/null 2>&1
  done
  clients_sockets
  fx_data closed "$((CL_HAD > FX_N ? CL_HAD - FX_N : 0))"
  fx_data left "$FX_N"
}
