# How the operator reached this node: OW_FROM is the address (empty through SSM), OW_PORT the port of sshd.
# needs: common/proc
# shellcheck shell=sh

own_way() {
  OW_FROM='' OW_PORT=22 OW_T=${SSH_CONNECTION-}
  [ -n "$OW_T$FX_ROOT" ] || own_way_above
  OW_K=${OW_T##* }
  case $OW_K in '' | *[!0-9]*) ;; *) OW_PORT=$OW_K ;; esac
  OW_K=${OW_T%% *}
  OW_K=${OW_K%%%*}
  # The cordon asks for the port alone.
  # shellcheck disable=SC2034
  case $OW_K in '' | *[!0-9a-fA-F.:]*) ;; *) OW_FROM=$OW_K ;; esac
}

# sudo removes it from the environment; the parent processes still have it.
own_way_above() {
  OW_P=$$
  while [ -z "$OW_T" ] && fx_line "/proc/$OW_P/stat"; do
    # shellcheck disable=SC2086
    set -- ${FX_L##*) }
    OW_P=${2-0}
    [ "$OW_P" -gt 1 ] || return 0
    OW_T=$(tr '\0' '\n' <"/proc/$OW_P/environ" 2>/dev/null | sed -n 's/^SSH_CONNECTION=//p')
  done
}
