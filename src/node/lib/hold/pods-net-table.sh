# The table of the network hold: its text, loaded and removed.
# shellcheck shell=sh

po_table() { nft list table inet "$HO_TABLE" 2>/dev/null; }

# po_net_text: PO_T is the table. With br_netfilter, a bridge sends a reset straight back to the pod, past the translation of
# addresses: a reset made after that has the server's address, not the service's, and the pod ignores it. So the first chain
# is placed before it, if the kernel can reject there (5.9).
po_net_text() {
  PO_T=''
  [ -n "$PO_COVER" ] || return 0
  PO_T="table inet $HO_TABLE {
chain output { type filter hook output priority -150; policy accept;
$PO_OUT}
chain forward { type filter hook forward priority -150; policy accept;
$PO_FORWARD}
chain input { type filter hook input priority -150; policy accept;
$PO_FORWARD}
}"
  [ -n "${PO_OLD-}" ] || PO_T="${PO_T%'}'}chain prerouting { type filter hook prerouting priority -150; policy accept;
$PO_BEFORE}
}"
}

po_net_load() {
  printf 'add table inet %s\ndelete table inet %s\n%s\n' "$HO_TABLE" "$HO_TABLE" "$PO_T" >"$HO_HERE/rules.nft" &&
    nft -f "$HO_HERE/rules.nft" 2>"$HO_HERE/nft-said"
}

# po_net_seize: loads the table again when a pod came or went: an address may belong to another pod by now. If the runtime
# does not answer, the held pods stay held.
po_net_seize() {
  [ -z "$PO_MUTE" ] || return 0
  po_net_text
  if [ "$PO_T" = "${PO_LAST-}" ]; then
    [ -n "$PO_T" ] || return 0
    ! po_table >/dev/null || return 0
  fi
  po_net_load || { PO_OLD=1 && po_net_text && po_net_load; } || { PO_OLD='' && return 0; }
  PO_LAST=$PO_T && printf '%s\n' "$PO_COVER" >"$HO_HERE/covered"
}

po_net_release() {
  ! po_table >/dev/null || { nft delete table inet "$HO_TABLE" && HO_N=1; }
  rm -f "$HO_HERE/covered"
}
