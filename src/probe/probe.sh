# Is it well? Read on a control-plane host, from its own API server and etcd member. Changes nothing.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

KC_TIME=3 ET_TIME=2
PR_METRICS='/^apiserver_current_inflight_requests/ { inflight += $NF }
/^process_resident_memory_bytes/ { memory = $NF }
/^process_start_time_seconds/ { started = $NF }
/^apiserver_request_total/ { total += $NF; if ($0 ~ /code="(5[0-9][0-9]|429)"/) bad += $NF }
/^apiserver_flowcontrol_rejected_requests_total/ { rejected += $NF }
END { printf "%.0f %.0f %.0f %.0f %.0f %.0f\n", inflight, memory, started, total, bad, rejected }'

# probe_ask PATH: PR_SAYS is ok, failing, denied (it answers, and tells us nothing) or no-answer; KC_OUT or KC_SAID the text.
probe_ask() {
  PR_SAYS=ok
  ! kube get "$1" || return 0
  case $KC_SAID in
    *'onnection refused'* | *'was refused'* | *'deadline exceeded'* | *'Client.Timeout'* | *'i/o timeout'* | *'onnection reset'* | *EOF*) PR_SAYS=no-answer ;;
    *'x509: certificate has expired'*) PR_SAYS=failing ;;
    *Forbidden* | *Unauthorized* | *'must be logged in'*) PR_SAYS=denied ;;
    *'[-]'* | *'Error from server'* | *failed*) PR_SAYS=failing ;;
    *) PR_SAYS=no-answer ;;
  esac
}

# Failing checks are told as `[-]name failed`.
probe_failing() {
  PR_F='' PR_T=$KC_SAID
  while :; do
    case $PR_T in *'[-]'*) ;; *) break ;; esac
    PR_T=${PR_T#*'[-]'}
    PR_F="$PR_F${PR_F:+ }${PR_T%% *}"
  done
}

act_look() {
  in_force
  # Health is told to anybody; the rest asks for credentials.
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
}

# Counters, or in `unmeasured` why there are none and will be none.
probe_metrics() {
  if [ "$KC_CONFIG" = none ] || [ -n "$KC_SPENT" ]; then
    fx_data unmeasured "$PR_WHY"
    return 0
  fi
  apart probe_counters
  case $AP_SAID in *Forbidden* | *Unauthorized* | *'must be logged in'*) fx_data unmeasured 'these credentials may not read its metrics' ;; esac
  # shellcheck disable=SC2086
  set -- $AP_OUT
  # A server without a start time did not answer.
  [ "${3-0}" != 0 ] || return 0
  fx_data inflight "$1"
  fx_data memoryBytes "$2"
  fx_data startedAt "$3"
  fx_data requests "$4"
  fx_data errors "$5"
  fx_data rejected "$6"
}

probe_counters() { kube_ctl get /metrics | awk "$PR_METRICS"; }

probe_etcd() {
  fx_has curl || return 0
  etcd_read
  etcd_tell
}

probe_connections() {
  fx_has ss || return 0
  FX_L=$(ss -Htn state established "( sport = :$P_PORT )" 2>/dev/null) || return 0
  FX_I=$IFS IFS=$FX_NL
  # shellcheck disable=SC2086
  set -- $FX_L
  IFS=$FX_I
  fx_data connections $#
}
