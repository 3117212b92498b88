# Common part: the right machine, in time.
# shellcheck shell=sh
# shellcheck disable=SC1003,SC2015,SC2016,SC2030,SC2031,SC2034,SC2153,SC2154

fx_identity() {
  if [ -n "$FX_INSTANCE_ID" ]; then
    for FX_K in /sys/class/dmi/id/board_asset_tag /var/lib/cloud/data/instance-id; do
      fx_line "$FX_ROOT$FX_K" || continue
      [ "$FX_L" != "$FX_INSTANCE_ID" ] || return 0
      case $FX_L in i-*) fx_refuse wrong-machine "this is $FX_L, not $FX_INSTANCE_ID" ;; esac
    done
    # No instance id to be read here: the machine id must do.
    [ -n "$FX_MACHINE_ID" ] || fx_refuse wrong-machine "cannot tell that this is $FX_INSTANCE_ID"
  fi
  [ -n "$FX_MACHINE_ID" ] || return 0
  fx_line "$FX_ROOT/etc/machine-id" || fx_refuse wrong-machine 'cannot read /etc/machine-id'
  [ "$FX_L" = "$FX_MACHINE_ID" ] || fx_refuse wrong-machine "machine id $FX_L, not $FX_MACHINE_ID"
}

# An order that comes late would surprise. Undo, keep and what only reads are never refused by a clock.
fx_time() {
  FX_NOW=$(date +%s)
  [ "$FX_OP" = apply ] && [ "$FX_NOW" -gt $((FX_NOT_AFTER + FX_SHIFT)) ] || return 0
  fx_data now "$FX_NOW"
  fx_refuse too-late "too late to begin: $((FX_NOW - FX_NOT_AFTER - FX_SHIFT)) s after its time by this node's clock"
}
