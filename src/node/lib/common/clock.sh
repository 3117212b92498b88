# The time since boot.
# needs: proc
# shellcheck shell=sh

# stack_clock: ST_CLOCK is the time since boot, in hundredths of a second, without a fork. Setting the date does not change it.
stack_clock() {
  fx_line "$FX_ROOT/proc/uptime" || fx_line /proc/uptime || return 1
  FX_L=${FX_L%% *}
  ST_CLOCK=${FX_L%.*}${FX_L#*.}
  # In the first second it starts with a 0, which the shell would read as octal.
  case $ST_CLOCK in 00?) ST_CLOCK=${ST_CLOCK#00} ;; 0??) ST_CLOCK=${ST_CLOCK#0} ;; esac
}
