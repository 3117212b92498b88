# Restarts the kubelet, and waits until it is healthy. Containers go on meanwhile.
# needs: find owed common/has common/within
# shellcheck shell=sh

# A kubelet that reads its settings and stays up this long works, where its health cannot be asked.
PC_STEADY=10

# pace_restart: false with PC_WHY. systemctl does not wait: a unit that never becomes ready would hold this up.
pace_restart() {
  pace_unit
  PC_OLD=$PC_PID PC_SINCE=0 PC_LAST='' PC_END=$(($(date +%s) + P_WAIT))
  within 5 systemctl restart --no-block -- "$P_KUBELET" 2>/dev/null || { PC_WHY="systemctl does not restart $P_KUBELET" && return 1; }
  while :; do
    pace_unit
    PC_WHY="$P_KUBELET is $PC_STATE"
    if [ "$PC_PID" != 0 ] && [ "$PC_PID" != "$PC_OLD" ]; then
      [ "$PC_PID" = "$PC_LAST" ] || PC_SINCE=$(date +%s)
      PC_LAST=$PC_PID
      ! pace_healthy || { pace_even && return 0; }
    fi
    [ "$(date +%s)" -lt "$PC_END" ] || return 1
    sleep 1
  done
}

# pace_healthy: by the kubelet's own word; where nobody listens at that port, by its staying up.
pace_healthy() {
  PC_RC=7
  if fx_has curl; then
    curl -sf --noproxy '*' --max-time 2 -o /dev/null http://127.0.0.1:10248/healthz </dev/null 2>/dev/null
    PC_RC=$?
  fi
  [ "$PC_RC" -ne 0 ] || return 0
  PC_WHY="$P_KUBELET runs and is not healthy"
  [ "$PC_RC" -eq 7 ] && [ $(($(date +%s) - PC_SINCE)) -ge "$PC_STEADY" ]
}
