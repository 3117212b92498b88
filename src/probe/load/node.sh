# How hard a node works on the return of its pods: image pulls, waiting pods, restarts, registry answers, uplink, conntrack.
# No API is asked, and nothing is changed. What cannot be read is named in `unread`, each with its reason.
# needs: logs network unread common/has common/within common/clock cri/crictl cri/path
# shellcheck shell=sh

act_look() {
  within_by
  if stack_clock; then fx_data at "$ST_CLOCK"; else load_unread uplink 'no /proc/uptime'; fi
  load_kubelet
  load_network
  load_containers
  load_logs
  [ -z "$LD_UNREAD" ] || fx_data unread "$LD_UNREAD"
}

# load_containers: what the runtime tells. `silent` is a runtime that is there and does not answer: it may have too much to do.
load_containers() {
  fx_has crictl || {
    load_unread waiting 'no crictl'
    load_unread restarts 'no crictl'
    return 0
  }
  LD_PODS='' LD_N=''
  if cri_any "$FX_ROOT" pods --state ready -q; then
    LD_PODS=$CR_OUT
    # No variable: what a runtime tells of a hundred containers is long.
    LD_N=$(cri ps -a -o json 2>/dev/null | awk -v now="$FX_NOW" -v pods="$LD_PODS" "$LD_CONTAINERS")
  fi
  case $LD_N in
    *[0-9]' '[0-9]*) ;;
    *)
      fx_data runtime no-answer
      return 0
      ;;
  esac
  fx_data runtime ok
  fx_data waiting "${LD_N% *}"
  fx_data restarts "${LD_N#* }"
}

# A pod whose sandbox is ready waits while none of its containers runs. A restart is a later attempt that began in this minute.
# The list is complete only with its last line. Labels and annotations are deeper, so no pod can write what is read here. After a
# colon, half of crictl's builds write two spaces: its encoder does so that nobody takes its bytes for a format.
# shellcheck disable=SC2034
LD_CONTAINERS='BEGIN { n = split(pods, pod, "\n") }
/^      "podSandboxId":/ { split($0, part, "\""); box = part[4] }
/^        "attempt":/ { split($0, part, ":"); attempt = part[2] + 0 }
/^      "state":[ \t]*"CONTAINER_RUNNING"/ { runs[box] = 1 }
/^      "createdAt":/ { split($0, part, "\""); if (attempt > 0 && now - substr(part[4], 1, 10) < 60) restarts++ }
/^}/ { whole = 1 }
END {
  if (!whole) exit
  for (i = 1; i <= n; i++) if (pod[i] != "" && !(pod[i] in runs)) waiting++
  printf "%d %d\n", waiting, restarts
}'

# load_kubelet: its health, and its counter of pulls that failed. The read-only port needs no credentials; at the other one the
# certificate of this node is shown, which the kubelet accepts only where its API server, or its own cache, says so.
load_kubelet() {
  fx_has curl || { load_unread kubelet 'no curl' && return 0; }
  LD_S=$(load_ask http://127.0.0.1:10248/healthz 2>/dev/null)
  case $?:$LD_S in
    0:ok*) fx_data kubelet ok ;;
    0:* | 22:*) fx_data kubelet failing ;;
    # It listens, and hangs, or ends the connection: it would not tell its metrics either.
    28:* | 52:* | 56:*) fx_data kubelet failing && return 0 ;;
    *) fx_data kubelet no-answer ;;
  esac
  LD_C=$FX_ROOT/var/lib/kubelet/pki/kubelet-client-current.pem
  LD_S=$(load_ask http://127.0.0.1:10255/metrics 2>/dev/null | awk "$LD_PULLS")
  [ -n "$LD_S" ] || [ ! -r "$LD_C" ] ||
    LD_S=$(load_ask -k --cert "$LD_C" --key "$LD_C" https://127.0.0.1:10250/metrics 2>/dev/null | awk "$LD_PULLS")
  [ -z "$LD_S" ] || fx_data pullErrors "$LD_S"
}

load_ask() { curl -sf --noproxy '*' --max-time 3 "$@"; }

# The counter of errors is there only once there was one; that of operations is there since the first.
LD_PULLS='/^kubelet_runtime_operations_total/ { told = 1 }
/^kubelet_runtime_operations_errors_total\{.*operation_type="pull_image"/ { errors += $NF }
END { if (told) printf "%.0f\n", errors }'
