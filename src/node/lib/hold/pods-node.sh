# The part of a hold of pods that only the node script has: refusals before anything is changed, and the result after it.
# needs: pods own common/tools cri/path
# shellcheck shell=sh

HO_TABLE=fireaxe_pods_$IN_KEY

pods_ready() {
  [ -n "$P_PODS" ] || return 0
  fx_need crictl
  if [ "$P_HOW" = network ]; then
    fx_need nft
    # nft may be installed while the kernel lacks it.
    FX_K=$(nft list tables 2>&1) || fx_refuse nft "nft does not answer: $FX_K"
  fi
  hold_own
  po_scan || fx_refuse no-runtime 'the container runtime does not answer crictl'
  [ -z "$PO_BAD" ] || fx_refuse protected "$PO_BAD"
}

# pods_applied: after the hold, warns of its limits and notes which containers are held.
pods_applied() {
  if [ "$P_HOW" = network ]; then
    case $(po_table) in
      *'hook prerouting'*) ;;
      *) fx_say 'this kernel cannot reject before an address is translated: through a service address pods may get silence, not a reset' ;;
    esac
    return 0
  fi
  pods_containers && { printf '%s\n' "$PO_RUN" >"$HO_HERE/containers"; } 2>/dev/null
  return 0
}

# pods_containers: PO_RUN are the running containers of the pods meant.
pods_containers() {
  PO_RUN=''
  po_list || return 1
  for HO_P in $PO_IDS; do
    for PO_K in $(cri ps -q --pod "$HO_P" 2>/dev/null); do PO_RUN="$PO_RUN${PO_RUN:+ }$PO_K"; done
  done
}

# pods_undone: a container whose liveness probe failed while it was frozen has been replaced. A kill that waited for the
# thaw arrives within moments of it.
pods_undone() {
  fx_line "$HO_HERE/containers" || return 0
  PO_WAS=$FX_L PO_W=0 PO_C=0
  until [ "$PO_C" -gt 0 ] || [ "$PO_W" -ge 2 ]; do
    PO_W=$((PO_W + 1))
    sleep 1
    pods_containers || return 0
    PO_C=0
    for PO_K in $PO_WAS; do
      case " $PO_RUN " in *" $PO_K "*) ;; *) PO_C=$((PO_C + 1)) ;; esac
    done
  done
  [ "$PO_C" -gt 0 ] || return 0
  fx_data restarted "$PO_C"
  fx_say "$PO_C of the frozen containers ended meanwhile: their liveness probe failed while they were frozen, and the kubelet replaces them"
}
