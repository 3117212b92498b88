# Tools that a step cannot do without.
# needs: has result
# shellcheck shell=sh

fx_need() { fx_has "$1" || fx_refuse no-tool "$1 is not on this node"; }
