# The clients of the API on this node: their connections, traffic, age and CPU time, by process name and by pod or unit.
# needs: places sockets sum names common/clock
# shellcheck shell=sh

# Groups that fit the result.
WH_GROUPS=5

who_talkers() {
  who_places
  who_spaces
  # A server that dies closes all connections at once: one moment alone may show none.
  WH_BEGAN='' WH_SPAN=0
  ! stack_clock || WH_BEGAN=$ST_CLOCK
  WH_SEEN=$(
    for WH_TURN in 1 2 3 4; do
      [ "$WH_TURN" -eq 1 ] || sleep 0.4 2>/dev/null || sleep 1
      who_sample "$WH_TURN"
    done
  )
  [ -z "$WH_BEGAN" ] || ! stack_clock || WH_SPAN=$((ST_CLOCK - WH_BEGAN))
  case $WH_SEEN in *'! cut'*) fx_say 'not all pods were read in time' ;; esac
  WH_OUT=$(who_sum)
  WH_N=0 FX_I=$IFS IFS=$FX_NL
  for WH_L in $WH_OUT; do
    IFS=$FX_I
    case $WH_L in
      'all '*) fx_data clients "${WH_L#all }" ;;
      *)
        WH_N=$((WH_N + 1))
        [ "$WH_N" -gt "$WH_GROUPS" ] || who_tell "$WH_L"
        ;;
    esac
    IFS=$FX_NL
  done
  IFS=$FX_I
}

# who_tell LINE: `weight|connections|…|kind|id|name` as sum.sh prints it; the pod's names go with it.
who_tell() {
  WH_L=${1#*|}
  case $WH_L in *'|pod|'*) who_pod "$WH_L" ;; esac
  fx_data "t$WH_N" "$WH_L"
  [ -z "$WH_LABELS" ] || fx_data "l$WH_N" "$WH_LABELS"
}
