# Counts that need credentials: the server's own counters, and how many kubelets renew their leases.
# needs: kube/api
# shellcheck shell=sh

PR_METRICS='/^apiserver_current_inflight_requests/ { inflight += $NF }
/^process_resident_memory_bytes/ { memory = $NF }
/^process_start_time_seconds/ { started = $NF }
/^apiserver_request_total/ { total += $NF; if ($0 ~ /code="429"/) throttled += $NF; else if ($0 ~ /code="5[0-9][0-9]"/) failed += $NF }
/^apiserver_flowcontrol_rejected_requests_total/ { rejected += $NF }
END { printf "%.0f %.0f %.0f %.0f %.0f %.0f %.0f\n", inflight, memory, started, total, failed + throttled, rejected, throttled }'

# probe_count KEY WHAT COMMAND: AP_OUT are the numbers that the command prints, or data KEY says why there will be none.
probe_count() {
  AP_OUT=''
  if [ "$KC_CONFIG" = none ] || [ -n "$KC_SPENT" ]; then
    fx_data "$1" "$PR_WHY"
    return 0
  fi
  apart "$3"
  case $AP_SAID in *Forbidden* | *Unauthorized* | *'must be logged in'*) fx_data "$1" "these credentials may not $2" ;; esac
}

probe_metrics() {
  probe_count unmeasured 'read its metrics' probe_counters
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
  fx_data throttled "$7"
}

probe_counters() { kube_ctl get /metrics | awk "$PR_METRICS"; }

# One lease a line: fresh while its last renewal is not older than its own duration. Dates are computed here: not every awk or date can.
PR_LEASES='function since1970(t,  y, m) {
  y = substr(t, 1, 4) + 0; m = substr(t, 6, 2) + 0
  if (m <= 2) { y--; m += 12 }
  return ((365 * y + int(y / 4) - int(y / 100) + int(y / 400) + int((153 * (m - 3) + 2) / 5) + substr(t, 9, 2) - 719469) * 24 \
    + substr(t, 12, 2)) * 3600 + substr(t, 15, 2) * 60 + substr(t, 18, 2)
}
/"leaseDurationSeconds":[0-9]/ {
  of++
  seconds = $0; sub(/.*"leaseDurationSeconds":/, "", seconds)
  if (!sub(/.*"renewTime":"/, "")) next
  if (since1970($0) + seconds >= now) fresh++
}
END { printf "%d %d\n", fresh, of }'

probe_leases() {
  [ -n "$P_LEASES" ] || return 0
  probe_count leasesUnread 'list leases' probe_renewed
  # shellcheck disable=SC2086
  set -- $AP_OUT
  [ "${2-0}" != 0 ] || return 0
  fx_data leasesFresh "$1"
  fx_data leasesOf "$2"
}

probe_renewed() {
  kube_ctl get '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases?resourceVersion=0' |
    tr '{' '\n' | awk -v now="$(date +%s)" "$PR_LEASES"
}
