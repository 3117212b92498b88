# When the node reverts a step: noted for those who ask what is in force.
# needs: common/clock common/write
# shellcheck shell=sh

# stack_due SECONDS: notes when the node reverts this step, for probe; nothing else depends on it.
stack_due() { ! stack_clock || fx_write due "$((ST_CLOCK + $1 * 100))" || :; }

# stack_left FOLDER: FX_L are the seconds until then; false if it was not noted.
stack_left() {
  stack_clock && ST_N=$ST_CLOCK && fx_line "$1/due" || return 1
  FX_L=$(((FX_L - ST_N) / 100))
}
