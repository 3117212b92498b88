# Keeping an armed change, telling of its timers, and ending them for an undo.
# needs: timers common/write common/result
# shellcheck shell=sh

# arm_say: what verify reports of the timers of this step.
arm_say() {
  FX_K=no
  if armed "$FX_DIR" "$AR_UNIT"; then
    FX_K=yes
    if ! fx_systemd || ! sd systemctl is-active --quiet "$AR_UNIT.timer"; then fx_data timer detached; fi
    [ -z "$SD_DEAD" ] || fx_say 'systemd does not answer'
  fi
  fx_data armed "$FX_K"
}

act_keep() {
  [ ! -e "$FX_DIR/fired" ] || fx_fail fired 'its timer reverted it already'
  if [ -e "$FX_DIR/kept" ]; then
    FX_STATE=already
    return 0
  fi
  if fx_kept "$FX_DIR"; then
    # A keep that was killed before it wrote that down: its timers may still run, and do nothing.
    FX_STATE=already AR_OFF=0
  else
    armed "$FX_DIR" "$AR_UNIT" || fx_fail not-armed 'no timer of this step runs here'
    arm_off "$FX_DIR" keep
  fi
  if ! arm_stop "$FX_DIR" "$AR_UNIT"; then
    [ ! -d "$FX_DIR/off" ] || fx_fail fired 'its timer is reverting it now'
    fx_fail still-armed 'the timer could not be stopped'
  fi
  fx_write kept "$FX_NONCE $FX_NOW"
  rm -f "$AR_PENDING" 2>/dev/null
  fx_say 'kept'
}

# arm_undo: for undo, once the change is reverted by hand.
arm_undo() {
  ! armed "$FX_DIR" "$AR_UNIT" || disarm "$FX_DIR" "$AR_UNIT"
  # For a timer that systemd arms late.
  arm_off "$FX_DIR" ended
  fx_line "$AR_PENDING" || return 0
  case $FX_L in "$FX_DIR "*) rm -f "$AR_PENDING" 2>/dev/null ;; esac
}
