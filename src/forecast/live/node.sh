# What this host's API server counts within P_SECONDS: two readings of its metrics, added up here, as they may be tens of
# megabytes. Changes nothing.
# needs: kube/api common/apart
# shellcheck shell=sh

KC_TIME=10

# Counters of the first reading are taken off, which may leave a sum a little below zero; what is open or stored is that of
# the second.
FC_COUNT='function label(name) { return match($0, "[{,]" name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : "" }
function word(text) { gsub(/[^!-~]/, "_", text); return text == "" ? "-" : text }
function kind(  sub_) {
  sub_ = label("subresource")
  return word(label("verb")) " " word(label("resource") (label("resource") != "" && sub_ != "" ? "/" : "") sub_) " " word(label("scope"))
}
function since() { return again ? $NF : -$NF }
function least(sum) { return sum > 0 ? sum : 0 }
/^# fireaxe again/ { again = 1; next }
/^process_start_time_seconds / { if (again) started = $NF; else before = $NF }
/^apiserver_request_total[{]/ { k = kind(); calls[k] += since(); kinds[k] = 1 }
/^apiserver_request_duration_seconds_sum[{]/ { took[kind()] += since() }
/^apiserver_response_sizes_sum[{]/ { bytes[kind()] += since() }
/^apiserver_longrunning_requests[{]/ { if (again) { k = kind(); open[k] += $NF; kinds[k] = 1 } }
/^apiserver_resource_objects[{]/ { if (again && $NF >= 0) { r = label("resource"); sub(/[.].*/, "", r); objects[word(r)] += $NF } }
/^apiserver_storage_objects[{]/ { if (again && $NF >= 0) { r = label("resource"); sub(/[.].*/, "", r); older[word(r)] += $NF } }
/^apiserver_flowcontrol_nominal_limit_seats[{]/ { if (again) seats += $NF }
/^apiserver_flowcontrol_current_limit_seats[{]/ { if (again) limit[label("priority_level")] = $NF }
/^apiserver_flowcontrol_priority_level_seat_utilization_sum[{].*executing/ { used[label("priority_level")] += since() }
/^apiserver_flowcontrol_priority_level_seat_utilization_count[{].*executing/ { observed[label("priority_level")] += since() }
END {
  if (started == "" || before == "") exit
  if (started != before) { print "1 0 restarted"; exit }
  for (level in observed) if (observed[level] / 1e9 > seconds) seconds = observed[level] / 1e9
  for (level in used) busy += used[level] / 1e9 * limit[level]
  printf "1 0 server %.6f %.6f %.0f %.6f\n", started, seconds, seats, least(busy)
  for (r in objects) { printf "2 %.0f objects %.0f %s\n", objects[r], objects[r], r; any = 1 }
  if (!any) for (r in older) printf "2 %.0f objects %.0f %s\n", older[r], older[r], r
  for (k in kinds) if (calls[k] > 0 || open[k] > 0) {
    weight = (k ~ /^(WATCH|WATCHLIST|CONNECT) / ? 0 : took[k]) + calls[k] / 1000 + open[k] / 1000
    printf "3 %.6f kind %.0f %.6f %.0f %.0f %s\n", weight, calls[k], least(took[k]), least(bytes[k]), open[k], k
  }
}'

# The kinds of request that weigh most; what is left is one of its own.
FC_MOST='{ what = $3; sub(/^[^ ]+ [^ ]+ /, "") }
what == "objects" && ++stored > 150 { next }
what != "kind" || ++kinds <= most { print; next }
{ calls += $2; took += $6 ~ /^(WATCH|WATCHLIST|CONNECT)$/ ? 0 : $3; bytes += $4; open += $5 }
END { if (kinds > most) printf "kind %.0f %.6f %.0f %.0f OTHERS - -\n", calls, took, bytes, open }'

act_look() {
  KC_OPEN=''
  kube_find || fx_fail no-tool "$KC_WHY"
  kube get /livez || case $KC_SAID in
    # It answers, and may count all the same.
    *'Error from server'*) ;;
    *) kube_word && fx_fail no-answer "$KC_WORD" ;;
  esac
  apart forecast_counted
  case $AP_OUT in
    restarted*) fx_fail no-answer 'the API server restarted while it was measured' ;;
    'server '*) printf '%s\n' "$AP_OUT" ;;
    *) KC_SAID=$AP_SAID && kube_word && fx_fail no-answer "its metrics cannot be read${KC_WORD:+: $KC_WORD}" ;;
  esac
}

forecast_counted() {
  forecast_twice | awk "$FC_COUNT" | LC_ALL=C sort -k 1,1n -k 2,2nr | awk -v most="$P_KINDS" "$FC_MOST"
}

forecast_twice() {
  kube_ctl get /metrics && echo && echo '# fireaxe again' && sleep "$P_SECONDS" && kube_ctl get /metrics
}
