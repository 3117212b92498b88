# Whether the kubelets report: the lease of each node and when it was renewed. One list, from the server's cache.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

# A lease a line: fresh while it is not older than it says itself. Dates are reckoned here: not every awk or date can.
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
  if [ "$KC_CONFIG" = none ] || [ -n "$KC_SPENT" ]; then
    fx_data leasesUnread "$PR_WHY"
    return 0
  fi
  apart probe_renewed
  case $AP_SAID in *Forbidden* | *Unauthorized* | *'must be logged in'*) fx_data leasesUnread 'these credentials may not list leases' ;; esac
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
