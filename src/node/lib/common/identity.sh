# Checks before anything else: root, the right machine, in time, in the same boot.
# needs: proc result transport/boot
# shellcheck shell=sh

# Who is not root can neither see nor change what this is about. A node of the drill belongs to whoever runs it.
fx_root() {
  [ -z "$FX_ROOT" ] || return 0
  FX_K=$(id -u 2>/dev/null) || return 0
  [ "$FX_K" = 0 ] || fx_refuse not-root "not root on this node: logged in as $(id -un 2>/dev/null || echo "$FX_K"); next: set ssh.user to root, or ssh.sudo to true, in kit.yaml"
}

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

# fx_up: FX_L is for how many seconds this boot lasts; false when there is no /proc to tell. FX_BOOT names it.
fx_up() {
  fx_boot
  fx_line "$FX_ROOT/proc/uptime" || return 1
  FX_L=${FX_L%%.*} FX_K=0
  case $FX_BOOT in *.*) FX_K=$((${FX_BOOT##*.} / 100)) ;; esac
  # A container's PID 1 began long after the machine; where /proc/uptime is the container's own, it is the younger.
  [ "$FX_K" -gt "$FX_L" ] || FX_L=$((FX_L - FX_K))
}

# The agent of SSM runs an order once more that a reboot broke off, and the receipt of the first time is gone.
fx_same_boot() {
  [ "$FX_ONCE$FX_OP$FX_VIA" = 1applyssm ] && [ -n "$FX_SENT" ] && fx_up || return 0
  FX_K=$((FX_NOW - FX_L - FX_SENT - FX_SHIFT))
  # Seconds are cut off on both sides.
  [ "$FX_K" -le 2 ] ||
    fx_refuse rebooted "booted $FX_K s after the order was sent (boot $FX_BOOT): whether it ran before is not known; it is not run again"
}
