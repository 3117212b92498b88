# What Fireaxe itself keeps in force on this host: with it, a server that looks well may not be an all-clear.
# Each is one value, `RUN/STEP SINCE LEFT`: the step (`?` without a receipt), since when, and the seconds until the
# node reverts it, or `kept`. Nothing here fails the reading.
# needs: common/within firewall/stack firewall/due common/tools
# shellcheck shell=sh

in_force() {
  IF_TABLES='' IF_RC=0
  ! fx_has nft || IF_TABLES=$(within 2 nft list tables 2>/dev/null)
  in_force_rules fenced fireaxe filter FIREAXE
  in_force_rules cordoned fireaxe_cordon mangle FIREAXE-CORDON
  in_force_paused
}

# in_force_rules KEY TABLE IPTABLE CHAIN: by nft, else by iptables.
in_force_rules() {
  case $FX_NL$IF_TABLES$FX_NL in
    *"${FX_NL}table inet $2$FX_NL"*) stack_at "$2" ;;
    *)
      # A tool that hangs is not asked twice.
      [ "$IF_RC" -ne 124 ] && fx_has iptables || return 0
      IF_RULES=$(within 2 iptables -w -t "$3" -S "$4" 2>/dev/null)
      IF_RC=$?
      case $IF_RULES$FX_NL in *"-N $4$FX_NL"*) stack_at "$4" ;; *) return 0 ;; esac
      ;;
  esac
  stack_top
  in_force_step "$ST_DIR"
  fx_data "$1" "$IF_STEP"
}

# in_force_step FOLDER: IF_STEP is its line.
in_force_step() {
  IF_STEP='? ? ?'
  [ -n "$1" ] || return 0
  IF_SINCE='?' IF_LEFT='?'
  ! fx_line "$1/intent" || IF_SINCE=${FX_L##* }
  if fx_kept "$1"; then
    IF_LEFT=kept
  elif stack_left "$1"; then
    IF_LEFT=$FX_L
  fi
  IF_STEP="${1#"$FX_HOME/"} $IF_SINCE $IF_LEFT"
}

# in_force_paused: components whose manifest a pause moved out, or whose unit it masked, each with the note of its step.
in_force_paused() {
  IF_ALL=''
  set +f
  set -- "$FX_ROOT"/etc/kubernetes/fireaxe-paused/.*.note "$FX_ROOT"/var/lib/rancher/rke2/agent/fireaxe-paused/.*.note
  set -f
  for IF_F in "$@"; do
    fx_line "$IF_F" || continue
    IF_K=$FX_L IF_V=${IF_F##*/.}
    IF_V=${IF_V%.note}
    [ -e "${IF_F%/*}/$IF_V" ] || continue
    in_force_step "$FX_HOME/$IF_K"
    IF_ALL="$IF_ALL${IF_ALL:+,}${IF_V%.*} $IF_STEP"
  done
  set +f
  set -- "$FX_HOME"/paused-*
  set -f
  for IF_F in "$@"; do
    fx_line "$IF_F" || continue
    IF_K=${FX_L%% *} IF_V=$FX_ROOT/run/systemd
    # Somebody may have unmasked it by hand.
    [ -L "$IF_V/system/${FX_L#* }" ] || [ -L "$IF_V/system.control/${FX_L#* }" ] || continue
    in_force_step "$FX_HOME/$IF_K"
    IF_ALL="$IF_ALL${IF_ALL:+,}${IF_F##*/paused-} $IF_STEP"
  done
  [ -z "$IF_ALL" ] || fx_data paused "$IF_ALL"
}
