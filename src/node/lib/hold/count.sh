# How many of the processes (or pods) meant run, and how many are held.
# needs: own match
# shellcheck shell=sh

HO_ROOT=$FX_ROOT
HO_UID=''
HO_UNIT=fireaxe-hold-$IN_KEY
HO_HERE=$FX_HOME/hold-$IN_KEY
HO_OWN=$$

hold_owner() {
  case $P_USER in
    '') ;;
    *[!0-9]*) HO_UID=$(id -u "$P_USER" 2>/dev/null) || fx_refuse no-user "there is no user $P_USER here" ;;
    *) HO_UID=$P_USER ;;
  esac
}

# hold_count: HO_RUNNING and HO_HELD of the processes meant.
hold_count() {
  hold_own
  ho_scan
  HO_RUNNING=0 HO_HELD=0
  for HO_P in $HO_FOUND; do
    case $HO_P in *:[Tt]) HO_HELD=$((HO_HELD + 1)) ;; *) HO_RUNNING=$((HO_RUNNING + 1)) ;; esac
  done
}

# hold_settle: counts after the watch had time to hold what a supervisor just started: it looks every second.
hold_settle() {
  HO_N=0
  while hold_count && [ "$HO_RUNNING" -gt 0 ] && [ "$HO_N" -lt 8 ]; do
    HO_N=$((HO_N + 1))
    sleep 1
  done
}
