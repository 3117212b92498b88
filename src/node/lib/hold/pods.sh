# Freezes pods or takes their network, and releases them. Used by the node script and by the watch that outlives it.
# needs: pods-read pods-spared pods-net
# shellcheck shell=sh

# shellcheck disable=SC2034 # A watch has no use for PO_BAD.
# po_scan: HO_FOUND is `what:state` of every pod meant, T when it is held; PO_BAD why one cannot be.
po_scan() {
  HO_FOUND='' PO_BAD='' PO_OUT='' PO_FORWARD='' PO_BEFORE='' PO_COVER='' PO_MUTE=1
  po_list || return 1
  PO_MUTE=''
  for HO_P in $PO_IDS; do
    if ! po_tell "$HO_P"; then
      # Gone since it was listed, unless it is there still.
      case $(po_crictl pods -q --id "$HO_P" --state ready 2>/dev/null) in '') ;; *) PO_BAD="nothing tells the processes of pod $HO_P" ;; esac
    elif [ "$P_HOW" = network ]; then
      po_net "$HO_P"
    elif [ -z "$PO_G" ]; then
      PO_BAD="no cgroup of pod $HO_P is here"
    elif ! po_spared; then
      po_frozen "$PO_G" && HO_FOUND="$HO_FOUND $PO_G:T" || HO_FOUND="$HO_FOUND $PO_G:S"
    fi
  done
}

# po_asked GROUP: whether somebody asked for it to be frozen.
po_asked() {
  PO_L=''
  { read -r PO_L <"$1/cgroup.freeze" || read -r PO_L <"$1/freezer.self_freezing"; } 2>/dev/null
  [ "$PO_L" = 1 ]
}

# po_frozen GROUP: whether the kernel says that all in it stand still.
po_frozen() {
  if [ -e "$1/freezer.state" ]; then
    read -r PO_L <"$1/freezer.state" && [ "$PO_L" = FROZEN ]
    return
  fi
  while read -r PO_K PO_L; do [ "$PO_K" != frozen ] || break; done <"$1/cgroup.events"
  [ "$PO_K $PO_L" = 'frozen 1' ]
}

po_set() {
  if [ -e "$1/freezer.state" ]; then
    case $2 in 1) echo FROZEN ;; *) echo THAWED ;; esac >"$1/freezer.state"
  else
    echo "$2" >"$1/cgroup.freeze"
  fi
}

po_seize() {
  if [ "$P_HOW" = network ]; then
    po_net_seize
    return
  fi
  for HO_P in $HO_FOUND; do
    PO_G=${HO_P%:*}
    # What another froze is not ours to thaw later. Noted first: a freeze without a note would never be taken back.
    po_asked "$PO_G" || { printf '%s\n' "$PO_G" >>"$HO_HERE/frozen" && HO_LIST="$HO_LIST $PO_G" && po_set "$PO_G" 1; }
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
    po_asked "$PO_G" && po_set "$PO_G" 0 && HO_N=$((HO_N + 1))
  done <"$HO_HERE/frozen" 2>/dev/null
  rm -f "$HO_HERE/frozen" 2>/dev/null
}
