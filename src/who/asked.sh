# What this host's API server knows of its clients: who waits or is served, which flow schemas are rejected, the audit log.
# needs: kube/api common/within common/clock common/result
# shellcheck shell=sh

WH_METRICS='function label(name) { return match($0, name "=\"[^\"]*\"") ? substr($0, RSTART + length(name) + 2, RLENGTH - length(name) - 3) : "" }
/^apiserver_flowcontrol_rejected_requests_total/ { rejected[label("flow_schema")] += $NF }
/^apiserver_request_total/ { n = label("verb") " " label("resource"); asked[n] += $NF; all += $NF }
END {
  for (n in rejected) if (rejected[n] > 0) printf "reject %.0f %s\n", rejected[n], n
  for (n in asked) if (asked[n] * 10 > all) printf "verb %.0f %s\n", asked[n] * 100 / all, n
}'
# The columns differ from version to version, and this very request is listed, too. The flow is the user where the flow schema tells clients apart by user.
WH_QUEUED='{ gsub(/, */, ","); sub(/ +$/, ""); n = split($0, f, ",") }
NR == 1 { for (i = 1; i <= n; i++) column[f[i]] = i; next }
f[column["FlowSchemaName"]] != "<none>" && !("APIPath" in column && f[column["APIPath"]] ~ /^\/debug\//) {
  user = "UserName" in column ? f[column["UserName"]] : f[column["FlowDistingsher"]]
  if (user != "" && user !~ /^system:(apiserver|masters)/) count[user]++
}
END { for (user in count) printf "user %d %s\n", count[user], user }'
WH_AUDIT='match($0, /"user":\{"username":"[^"]*"/) {
  user = substr($0, RSTART + 20, RLENGTH - 21); agent = ""
  if (match($0, /"userAgent":"[^"]*"/)) agent = substr($0, RSTART + 13, RLENGTH - 14)
  count[user " " agent]++; all++
}
END { for (one in count) if (count[one] * 20 > all) printf "audit %.0f %s\n", count[one] * 100 / all, one }'

who_asked() {
  KC_OPEN=''
  if ! kube_find; then
    fx_say "$KC_WHY"
  elif ! kube get /livez && case $KC_SAID in *'Error from server'*) false ;; esac then
    fx_data answers no
    kube_word && fx_say "its server tells nothing of its users: $KC_WORD"
  else
    WH_ASKED=''
    ! stack_clock || WH_ASKED=$ST_CLOCK
    who_most 4 "$WH_QUEUED" kube_ctl get '/debug/api_priority_and_fairness/dump_requests?includeRequestDetails=1'
    # A server that was slow to answer that is not asked for its metrics, which are long.
    [ -n "$WH_ASKED" ] && stack_clock && [ $((ST_CLOCK - WH_ASKED)) -gt 100 ] || who_most 3 "$WH_METRICS" kube_ctl get /metrics
  fi
  who_audit
}

# who_most N PROGRAM COMMAND…: of each kind, the N highest lines that the program of awk makes of the command's output.
who_most() {
  WH_MANY=$1 WH_AWK=$2
  shift 2
  WH_OUT=$("$@" 2>/dev/null | awk "$WH_AWK" | sort -k 1,1 -k 2,2nr)
  WH_WAS='' FX_I=$IFS IFS=$FX_NL
  for WH_L in $WH_OUT; do
    IFS=$FX_I
    [ "$WH_WAS" = "${WH_L%% *}" ] || WH_N=0
    WH_WAS=${WH_L%% *} WH_N=$((WH_N + 1))
    [ "$WH_N" -gt "$WH_MANY" ] || fx_data "$WH_WAS$WH_N" "${WH_L#* }"
    IFS=$FX_NL
  done
  IFS=$FX_I
}

# who_audit: the newest megabyte of the audit log, which the server's command line names.
who_audit() {
  set +f
  FX_K=$(within 2 cat "$FX_ROOT"/proc/[0-9]*/cmdline 2>/dev/null | tr '\000' '\n' | sed -n 's|^--audit-log-path=\(/.*\)$|\1|p' | head -n 1)
  set -f
  [ -n "$FX_K" ] && [ -r "$FX_ROOT$FX_K" ] || return 0
  who_most 3 "$WH_AUDIT" within 2 tail -c 1000000 "$FX_ROOT$FX_K"
}
