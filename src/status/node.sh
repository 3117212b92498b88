# What stands on this node by Fireaxe, and who talks to the API. Changes nothing.
# needs: dns in-force talkers peers asked receipts/tell receipts/notes
# shellcheck shell=sh

KC_TIME=2
# Without a before-state there is room for more values.
FX_MOST=1600

act_look() {
  # First, and from /run before a disk that may hang: whose a change is counts most. The last line says that all is told.
  receipts_tell 0 18000
  receipts_notes
  echo 'receipts told'
  status_dns
  status_rules
  status_clients
  dns_wait
}

status_clients() {
  fx_has ss || { fx_say 'ss is not on this node: its connections cannot be read' && return 0; }
  who_talkers
  [ -n "$IN_SERVER" ] || return 0
  who_peers
  who_asked
}

# status_rules: the rules and manifests themselves, and whether they can be read here at all.
status_rules() {
  in_force
  fx_has nft || fx_has iptables || return 0
  [ "$IF_RC" -ne 124 ] || return 0
  ! fx_has nft || within 2 nft list tables >/dev/null 2>&1 || return 0
  fx_data rules read
}
