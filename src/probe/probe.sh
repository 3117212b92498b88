# Is it well? Read on a control-plane host, from its own API server and etcd member. Changes nothing.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

KC_TIME=3
PR_METRICS='/^apiserver_current_inflight_requests/ { inflight += $NF }
/^process_resident_memory_bytes/ { memory = $NF }
/^process_start_time_seconds/ { started = $NF }
/^apiserver_request_total/ { total += $NF; if ($0 ~ /code="(5[0-9][0-9]|429)"/) bad += $NF }
/^apiserver_flowcontrol_rejected_requests_total/ { rejected += $NF }
END { printf "%.0f %.0f %.0f %.0f %.0f %.0f\n", inflight, memory, started, total, bad, rejected }'

# probe_ask PATH: PR_SAYS is ok, failing or no-answer; KC_OUT the text.
probe_ask() {
  PR_SAYS=ok
  if [ -n "$PR_KUBE" ]; then
    ! kube get "$1" || return 0
  else
    KC_OUT=$(curl -sk --max-time "$KC_TIME" -w '%{http_code}' "https://127.0.0.1:$P_PORT$1" --noproxy '*' 2>&1)
    case $KC_OUT in *200) return 0 ;; esac
  fi
  case $KC_OUT in
    *'connection refused'* | *'deadline exceeded'* | *'Client.Timeout'* | *'i/o timeout'* | *'connection reset'* | *EOF* | *000) PR_SAYS=no-answer ;;
    *'[-]'* | *'Error from server'* | *failed* | *[45][0-9][0-9]) PR_SAYS=failing ;;
    *) PR_SAYS=no-answer ;;
  esac
}

# The time since boot, in hundredths of a second, without a fork.
probe_clock() {
  fx_line "$FX_ROOT/proc/uptime" || fx_line /proc/uptime || return 1
  FX_L=${FX_L%% *}
  PR_CLOCK=${FX_L%.*}${FX_L#*.}
}

# Failing checks are told as `[-]name failed`.
probe_failing() {
  PR_F='' PR_T=$KC_OUT
  while :; do
    case $PR_T in *'[-]'*) ;; *) break ;; esac
    PR_T=${PR_T#*'[-]'}
    PR_F="$PR_F${PR_F:+ }${PR_T%% *}"
  done
}

act_look() {
  PR_KUBE=''
  if kube_find; then
    PR_KUBE=1
  elif fx_has curl; then
    fx_say "asked by curl: $KC_WHY"
  else
    fx_fail no-tool "$KC_WHY, and no curl"
  fi
  probe_ask /livez
  fx_data livez "$PR_SAYS"
  PR_CLOCK='' PR_BEGAN=''
  ! probe_clock || PR_BEGAN=$PR_CLOCK
  probe_ask '/readyz?verbose'
  fx_data readyz "$PR_SAYS"
  if [ -n "$PR_BEGAN" ] && [ "$PR_SAYS" != no-answer ] && probe_clock; then fx_data latencyMs $(((PR_CLOCK - PR_BEGAN) * 10)); fi
  probe_failing
  [ -z "$PR_F" ] || fx_data failing "$PR_F"
  if [ "$PR_SAYS" = no-answer ]; then fx_say "${KC_OUT%%"$FX_NL"*}"; else probe_metrics; fi
  probe_etcd
  probe_connections
}

probe_metrics() {
  [ -n "$PR_KUBE" ] || return 0
  # shellcheck disable=SC2086
  FX_L=$("$KC_TOOL" --kubeconfig "$KC_CONFIG" --server "https://127.0.0.1:$P_PORT" --request-timeout="${KC_TIME}s" $KC_TLS \
    get --raw /metrics 2>/dev/null | awk "$PR_METRICS")
  # shellcheck disable=SC2086
  set -- $FX_L
  # A server without a start time did not answer.
  [ "${3-0}" != 0 ] || return 0
  fx_data inflight "$1"
  fx_data memoryBytes "$2"
  fx_data startedAt "$3"
  fx_data requests "$4"
  fx_data errors "$5"
  fx_data rejected "$6"
}

probe_etcd() {
  fx_has curl || return 0
  FX_L=$(curl -s --max-time 2 http://127.0.0.1:2381/health --noproxy '*' 2>/dev/null)
  case $FX_L in
    *'"health":"true"'* | *'"health":true'*) fx_data etcd ok ;;
    *health*) fx_data etcd failing ;;
    *) fx_data etcd no-answer ;;
  esac
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
