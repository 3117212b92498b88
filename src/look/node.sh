# Look: runs a command of which its user says that it only reads. No receipt, no lock, no before-state.
# shellcheck shell=sh

LK_UMASK=$(umask)

act_look() {
  # The command gets the login's locale and umask, as at a prompt.
  if [ -n "$FX_USER_LC" ]; then LC_ALL=$FX_USER_LC; else unset LC_ALL; fi
  umask "$LK_UMASK"
  /bin/sh -c -- "$P_COMMAND" fireaxe </dev/null
  FX_EXIT=$?
  umask 077
  LC_ALL=C
  FX_STATE=ok
  [ "$FX_EXIT" -eq 0 ] || fx_fail exit "exit status $FX_EXIT"
}
