# The nodes on which pods of a label are left, as the API server of this host lists them. Changes nothing.
# needs: kube/api
# shellcheck shell=sh

KC_TIME=10

# A list that ended early would hide nodes: only one that kubectl read to its end counts, and pods may hold any text, but not
# the last line. A pod that no node has yet may come to any: it counts as one on a node `?`.
PL_NODES='{ last = $0 }
/"kind":"PodList"/ { list = 1 }
/"schedulerName":"/ { pods++ }
/"nodeName":"/ {
  bound++
  sub(/.*"nodeName":"/, ""); sub(/".*/, "")
  if (!seen[$0]++) { n++; names = names $0 "\n" }
}
END {
  if (pods > bound) { n++; names = names "?\n" }
  if (last == "exit 0" && list) printf "%d\n%s", n, names
}'

act_look() {
  FX_STATE=already
  kube_find || fx_fail no-kubectl "$KC_WHY"
  # Finds the address and the credentials that the list below uses.
  kube get /readyz || pl_fail
  [ "$KC_CONFIG" != none ] || fx_fail denied "$KC_BAD"
  apart pl_list
  KC_SAID=$AP_SAID
  [ -n "$AP_OUT" ] || pl_fail
  fx_data left "${AP_OUT%%"$FX_NL"*}"
  printf '%s\n' "$AP_OUT"
}

pl_list() { { kube_ctl get "$P_PODS"; printf ',exit %s' $?; } | tr ',' '\n' | awk "$PL_NODES"; }

pl_fail() { kube_word && fx_fail no-answer "${KC_WORD:-the list of pods did not arrive whole}"; }
