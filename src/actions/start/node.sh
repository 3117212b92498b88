# Start: a component whose container has exited is started at once. The kubelet computes its back-off from the exited
# container; without that container it starts the component at its next look, within about 15 s.
# needs: cri/crictl cri/path common/tools
# shellcheck shell=sh

act_look() {
  fx_has crictl || fx_refuse no-tool 'crictl is not on this node'
  FX_STATE=already
  for SR_C in $P_COMPONENT; do start_look; done
}

start_look() {
  start_ids running "$SR_C" || fx_refuse no-answer 'the container runtime does not answer'
  if [ -n "$SR_IDS" ]; then
    fx_say "$SR_C runs"
    return 0
  fi
  start_ids exited "$SR_C" || fx_refuse no-answer 'the container runtime does not answer'
  if [ -z "$SR_IDS" ]; then
    fx_say "no container of $SR_C is here"
    return 0
  fi
  FX_STATE=would
  fx_say "will start $SR_C"
}

# start_ids STATE COMPONENT: SR_IDS are its containers in that state. No subshell: cri_any remembers the runtime that answered.
start_ids() {
  cri_any "$FX_ROOT" ps -a --state "$1" --name "^$2\$" --label io.kubernetes.pod.namespace=kube-system -q || return 1
  SR_IDS=$CR_OUT
}

act_apply() {
  SR_LEFT=$P_WAIT
  [ "$SR_LEFT" -le $((FX_DEADLINE - 12)) ] || SR_LEFT=$((FX_DEADLINE - 12))
  SR_WAIT=''
  for SR_C in $P_COMPONENT; do
    start_ids running "$SR_C" || fx_fail no-answer 'the container runtime does not answer'
    [ -z "$SR_IDS" ] || continue
    start_ids exited "$SR_C" || fx_fail no-answer 'the container runtime does not answer'
    [ -n "$SR_IDS" ] || continue
    # One that the kubelet removed meanwhile makes this fail; what counts is that the component runs.
    # shellcheck disable=SC2086
    cri rm $SR_IDS >/dev/null 2>&1 || :
    SR_WAIT="$SR_WAIT $SR_C"
  done
  for SR_C in $SR_WAIT; do start_await; done
}

start_await() {
  while start_ids running "$SR_C" && [ -z "$SR_IDS" ]; do
    [ "$SR_LEFT" -gt 0 ] || fx_fail not-started "the kubelet did not start $SR_C within $P_WAIT s (is the kubelet running?)"
    SR_LEFT=$((SR_LEFT - 1))
    sleep 1
  done
  [ -n "$SR_IDS" ] || fx_fail no-answer 'the container runtime does not answer'
  fx_say "$SR_C started"
}

act_verify() {
  for SR_C in $P_COMPONENT; do
    start_ids running "$SR_C" || fx_fail no-answer 'the container runtime does not answer'
    [ -n "$SR_IDS" ] || fx_fail not-started "$SR_C does not run"
    fx_say "$SR_C runs"
  done
}

act_undo() {
  FX_STATE=already FX_NOTE='nothing to undo'
}
