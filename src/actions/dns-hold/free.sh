# The end of a hold on this node.
# needs: load server
# shellcheck shell=sh

# dh_free_all: every CoreDNS that is held, and a server of the hold's own; DH_FREED is how many, DH_LEFT names those that still are.
dh_free_all() {
  DH_FREED=0 DH_LEFT=''
  if dv_here; then
    if dv_end; then DH_FREED=1; else DH_LEFT="the hold's own server, its address or its rules"; fi
  else
    # It was not made to the end, and led nothing.
    rm -rf "$DV_HOME"
  fi
  dns_servers
  for DH_P in $DS_ALL; do
    dns_server "$DH_P" || continue
    dh_who "$DH_P"
    dh_straight || [ -z "$DS_FLAT" ] || {
      DH_LEFT="$DH_LEFT${DH_LEFT:+, }the Corefile of $DH_WHO"
      continue
    }
    dh_state
    [ "$DH_STATE" = held ] || continue
    if dh_free "$DH_P"; then DH_FREED=$((DH_FREED + 1)); else DH_LEFT="$DH_LEFT${DH_LEFT:+, }$DH_WHO"; fi
  done
}
