# Freezes pods or takes their network, and releases them. Used by the node script and by the watch that outlives it.
# needs: pods-read pods-spared pods-net freezer/freeze
# shellcheck shell=sh

# shellcheck disable=SC2034 # A watch has no use for PO_BAD.
# po_scan: HO_FOUND is `what:state` of every pod meant, T when it is held; PO_BAD why one cannot be.
po_scan() {
  HO_FOUND='' PO_BAD='' PO_OUT='' PO_FORWARD='' PO_BEFORE='' PO_COVER='' PO_MUTE=1
  po_list || return 1
  PO_MUTE=''
  for HO_P in $PO_IDS; do
    if ! po_tell "$HO_P"; then
      # It ended since it was listed, unless it is still listed.
      case $(cri pods -q --id "$HO_P" --state ready 2>/dev/null) in '') ;; *) PO_BAD="cannot find the processes of pod $HO_P" ;; esac
    elif [ "$P_HOW" = network ]; then
      po_net "$HO_P"
    elif [ -z "$PO_G" ]; then
      PO_BAD="cannot find the cgroup of pod $HO_P"
    elif ! po_spared; then
      freezer_still "$PO_G" && HO_FOUND="$HO_FOUND $PO_G:T" || HO_FOUND="$HO_FOUND $PO_G:S"
    fi
  done
}

po_seize() {
  if [ "$P_HOW" = network ]; then
    po_net_seize
    return
  fi
  for HO_P in $HO_FOUND; do
    PO_G=${HO_P%:*}
    # This undo must not thaw what another step or an administrator froze. Noted first: without a note, undo would not thaw it.
    freezer_asked "$PO_G" || { printf '%s\n' "$PO_G" >>"$HO_HERE/frozen" && HO_LIST="$HO_LIST $PO_G" && freezer_set "$PO_G" 1; }
  done 2>/dev/null
}

# po_release: thaws what was frozen here, if it still is. HO_N counts.
po_release() {
  HO_N=0
  if [ "$P_HOW" = network ]; then
    po_net_release
    return
  fi
  [ -r "$HO_HERE/frozen" ] || return 0
  while read -r PO_G; do
    freezer_asked "$PO_G" && freezer_set "$PO_G" 0 && HO_N=$((HO_N + 1))
  done <"$HO_HERE/frozen" 2>/dev/null
  rm -f "$HO_HERE/frozen" 2>/dev/null
}
