# What an armed change finds of an earlier order, or of an earlier attempt of its own step.
# needs: timers stack
# shellcheck shell=sh

# arm_pending: AR_DIR and AR_OLD are folder and unit of an armed step that is not kept yet; false if there is none.
arm_pending() {
  AR_DIR='' AR_OLD=''
  fx_line "$AR_PENDING" || return 1
  AR_DIR=${FX_L%% *} AR_OLD=${FX_L#* }
  ! armed "$AR_DIR" "$AR_OLD" || return 0
  AR_DIR='' AR_OLD=''
  return 1
}

# arm_look THERE SAME DONE: the functions THERE and SAME tell whether a change is in place, and whether it is the one asked for;
# DONE is its participle. False if it is in place already and stays; else there is something to do.
arm_look() {
  FX_STATE=would
  if ! "$1"; then
    fx_before table absent
    return 0
  fi
  fx_before table present
  "$2" || {
    fx_say "replaces an earlier $FX_ACTION here: clients that only that one rejects get in again"
    return 0
  }
  if arm_pending; then
    # It is in place, but its timer would revert it.
    fx_say "$3 by an order that was not kept"
    return 0
  fi
  FX_STATE=already
  fx_say "$3 already${IP_BY:+ (iptables)}"
  if [ -n "${IP_BY-}" ]; then stack_at "$IP_CHAIN"; else stack_at "$NF_TABLE"; fi
  stack_still
  return 1
}

# arm_replace: this step's timer runs now; the earlier one must not revert what belongs to this step.
arm_replace() {
  [ -n "$AR_OLD" ] && [ "$AR_OLD" != "$AR_UNIT" ] || return 0
  disarm "$AR_DIR" "$AR_OLD" || fx_say "could not disarm $AR_OLD"
}
