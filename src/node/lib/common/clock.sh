# The time since boot.
# needs: proc
# shellcheck shell=sh

# stack_clock: ST_CLOCK is the time since boot, in hundredths of a second, without a fork; no step of the date moves it.
stack_clock() {
  fx_line "$FX_ROOT/proc/uptime" || fx_line /proc/uptime || return 1
  FX_L=${FX_L%% *}
  ST_CLOCK=${FX_L%.*}${FX_L#*.}
  # In the first second it begins with a 0, as an octal number does.
  case $ST_CLOCK in 00?) ST_CLOCK=${ST_CLOCK#00} ;; 0??) ST_CLOCK=${ST_CLOCK#0} ;; esac
}
