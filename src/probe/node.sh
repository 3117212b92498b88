# The health of this host's API server and etcd member. Changes nothing.
# needs: ask counters vitals in-force etcd/etcd common/within common/clock
# shellcheck shell=sh

KC_TIME=$P_SECONDS ET_TIME=2
# Without a before-state there is room: what is in force may be long, and must not push a count out of the result.
FX_MOST=1600

act_look() {
  # Anybody may read health; the rest needs credentials.
  KC_OPEN=1 PR_WHY=''
  kube_find || {
    [ -n "$KC_TOOL" ] || fx_has curl || fx_fail no-tool "$KC_WHY, and no curl"
    PR_WHY=$KC_WHY KC_CONFIGS=none KC_CONFIG=none
  }
  probe_ask /livez
  fx_data livez "$PR_SAYS"
  PR_BEGAN=''
  ! stack_clock || PR_BEGAN=$ST_CLOCK
  probe_ask '/readyz?verbose'
  fx_data readyz "$PR_SAYS"
  if [ -n "$PR_BEGAN" ] && [ "$PR_SAYS" != no-answer ] && stack_clock; then fx_data latencyMs $(((ST_CLOCK - PR_BEGAN) * 10)); fi
  probe_failing
  [ -z "$PR_F" ] || fx_data failing "$PR_F"
  [ "$PR_SAYS" = ok ] || [ -n "$PR_F$KC_SPENT" ] || { kube_word && fx_say "$KC_WORD"; }
  PR_WHY=$PR_WHY${PR_WHY:+${KC_BAD:+; }}$KC_BAD
  [ "$KC_CONFIG" != none ] || PR_WHY="asked without credentials: $PR_WHY"
  [ -z "$PR_WHY" ] || fx_say "$PR_WHY"
  [ "$KC_AT" = 127.0.0.1 ] || [ "$PR_SAYS" = no-answer ] || fx_data address "$KC_HOST"
  if [ "$PR_SAYS" != no-answer ]; then
    probe_metrics
    probe_leases
  fi
  probe_etcd
  probe_connections
  probe_vitals
  in_force
}

probe_etcd() {
  fx_has curl || return 0
  etcd_read
  etcd_tell
}

probe_connections() {
  fx_has ss || return 0
  FX_L=$(within 2 ss -Htn state established "( sport = :$IN_PORT )" 2>/dev/null) || return 0
  FX_I=$IFS IFS=$FX_NL
  # shellcheck disable=SC2086
  set -- $FX_L
  IFS=$FX_I
  fx_data connections $#
}
