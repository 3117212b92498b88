# The clients of the API on this node: their connections, traffic, age and CPU time, by process name and by pod or unit.
# needs: places sockets sum names newest common/clock
# shellcheck shell=sh

# Groups that fit the result.
WH_GROUPS=5

who_talkers() {
  who_places
  who_spaces
  # A server that dies closes all connections at once: one moment alone may show none.
  WH_BEGAN='' WH_SPAN=0 WH_ANY=0
  ! stack_clock || WH_BEGAN=$ST_CLOCK
  WH_SEEN=$(
    for WH_TURN in 1 2 3 4 5 6; do
      [ "$WH_TURN" -gt 1 ] || who_attempts
      who_moment || break
    done
    who_attempts
  )
  [ -z "$WH_BEGAN" ] || ! stack_clock || WH_SPAN=$((ST_CLOCK - WH_BEGAN))
  case $WH_SEEN in *'! cut'*) fx_say 'not all pods were read in time' ;; esac
  WH_OUT=$(
    who_sum
    case $WH_SEEN in *ESTAB*ESTAB*ESTAB* | *SYN-SENT*) ;; *) [ -n "$IN_SERVER" ] || who_newest ;; esac
  )
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

# who_moment: the fifth moment and later ones only where hardly a connection was seen: clients wait before they try again.
who_moment() {
  if [ "$WH_TURN" -gt 4 ]; then
    [ -z "$IN_SERVER" ] && [ "$WH_ANY" -lt 3 ] || return 1
  fi
  # A machine that is slow has fewer of them.
  [ "$WH_TURN" -le 2 ] || [ -z "$WH_BEGAN" ] || ! stack_clock || [ $((ST_CLOCK - WH_BEGAN)) -lt 200 ] || return 1
  [ "$WH_TURN" -eq 1 ] || sleep 0.4 2>/dev/null || sleep 1
  WH_NEW=$(who_sample "$WH_TURN")
  printf '%s\n' "$WH_NEW"
  case $WH_NEW in *ESTAB*) WH_ANY=$((WH_ANY + 1)) ;; esac
  case $WH_NEW in *ESTAB*ESTAB*ESTAB* | *SYN-SENT*) WH_ANY=3 ;; esac
  return 0
}

# who_tell LINE: `weight|connections|…|kind|id|name` as sum.sh prints it; the pod's names go with it.
who_tell() {
  WH_L=${1#*|}
  case $WH_L in *'|pod|'*) who_pod "$WH_L" ;; esac
  fx_data "t$WH_N" "$WH_L"
  [ -z "$WH_LABELS" ] || fx_data "l$WH_N" "$WH_LABELS"
}
