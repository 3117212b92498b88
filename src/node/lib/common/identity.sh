# Checks before anything else: root, the right machine, in time, in the same boot.
# needs: proc result transport/boot
# shellcheck shell=sh

# Where a machine has its instance id.
FX_IDS='/sys/class/dmi/id/board_asset_tag /var/lib/cloud/data/instance-id /var/lib/amazon/ssm/registration'

# fx_root: only root can see and change what the actions act on. A node of the drill belongs to the user that runs the drill.
fx_root() {
  [ -z "$FX_ROOT" ] || return 0
  # The kernel tells the effective user without a fork.
  FX_L=
  { while read -r FX_L _ FX_K _ && [ "$FX_L" != Uid: ]; do :; done </proc/self/status; } 2>/dev/null
  [ "$FX_L" ] || FX_K=$(id -u 2>/dev/null) || return 0
  [ "$FX_K" = 0 ] || fx_refuse not-root "not root on this node: logged in as $(id -un 2>/dev/null || echo "$FX_K"); next: set ssh.user to root, or ssh.sudo to true, in kit.yaml"
}

fx_identity() {
  if [ -n "$FX_INSTANCE_ID" ]; then
    for FX_K in $FX_IDS; do
      fx_line "$FX_ROOT$FX_K" || continue
      [ "$FX_L" != "$FX_INSTANCE_ID" ] || return 0
      # Outside EC2 the SSM agent keeps the id of its registration, in JSON.
      case $FX_L in
        *"\"$FX_INSTANCE_ID\""*) return 0 ;;
        i-* | *'"mi-'*) fx_refuse wrong-machine "this is $FX_L, not $FX_INSTANCE_ID" ;;
      esac
    done
    # No instance id can be read here: the machine id decides.
    [ -n "$FX_MACHINE_ID" ] || fx_refuse wrong-machine "cannot tell that this is $FX_INSTANCE_ID"
  fi
  [ -n "$FX_MACHINE_ID" ] || return 0
  fx_line "$FX_ROOT/etc/machine-id" || fx_refuse wrong-machine 'cannot read /etc/machine-id'
  [ "$FX_L" = "$FX_MACHINE_ID" ] || fx_refuse wrong-machine "machine id $FX_L, not $FX_MACHINE_ID"
}

# fx_meant: an order that SSM sent to a tag names its nodes, because other machines may have that tag, too.
fx_meant() {
  [ -n "${FX_MEANT-}" ] || return 0
  fx_own_id || fx_refuse wrong-machine 'sent to a tag, and this instance id cannot be told'
  case " $FX_MEANT " in
    *" $FX_L "*) return 0 ;;
  esac
  fx_refuse wrong-machine "sent to a tag, and this is $FX_L, not a target"
}

# fx_own_id: FX_L is this machine's instance id: by the agent that runs this script, else by the first file that has one.
fx_own_id() {
  FX_L=${AWS_SSM_INSTANCE_ID-}
  ! fx_plain_id || return 0
  for FX_K in $FX_IDS; do
    fx_line "$FX_ROOT$FX_K" || continue
    case $FX_L in *'"mi-'*) FX_L=mi-${FX_L#*'"mi-'} && FX_L=${FX_L%%'"'*} ;; esac
    ! fx_plain_id || return 0
  done
  return 1
}

fx_plain_id() {
  case ${FX_L#m} in
    *[!a-z0-9-]*) return 1 ;;
    i-?*) return 0 ;;
  esac
  return 1
}

# fx_time: refuses an apply that arrives too late. Undo, keep and operations that only read are never refused by a clock.
fx_time() {
  # Bash 5 and newer busybox tell the time without a fork: there, and nowhere else, an assignment to this variable has no effect.
  EPOCHSECONDS=
  FX_NOW=${EPOCHSECONDS:-$(date +%s)}
  [ "$FX_OP" = apply ] && [ "$FX_NOW" -gt $((FX_NOT_AFTER + FX_SHIFT)) ] || return 0
  fx_data now "$FX_NOW"
  fx_refuse too-late "too late to begin: $((FX_NOW - FX_NOT_AFTER - FX_SHIFT)) s after its time by this node's clock"
}

# fx_up: FX_L is the number of seconds since boot, FX_BOOT names the boot; false without /proc.
fx_up() {
  fx_boot
  fx_line "$FX_ROOT/proc/uptime" || return 1
  FX_L=${FX_L%%.*} FX_K=0
  case $FX_BOOT in *.*) FX_K=$((${FX_BOOT##*.} / 100)) ;; esac
  # The PID 1 of a container starts long after the machine does; the shorter time counts, as /proc/uptime may be the container's.
  [ "$FX_K" -gt "$FX_L" ] || FX_L=$((FX_L - FX_K))
}

# fx_same_boot: the SSM agent runs an order again that a reboot interrupted, and the receipt of the first run is gone.
fx_same_boot() {
  [ "$FX_ONCE$FX_OP$FX_VIA" = 1applyssm ] && [ -n "$FX_SENT" ] && fx_up || return 0
  FX_K=$((FX_NOW - FX_L - FX_SENT - FX_SHIFT))
  # Both times are truncated to seconds.
  [ "$FX_K" -le 2 ] ||
    fx_refuse rebooted "booted $FX_K s after the order was sent (boot $FX_BOOT): whether it ran before is unknown; it is not run again"
}
