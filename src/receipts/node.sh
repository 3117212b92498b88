# What this node remembers of steps. Changes nothing.
# needs: receipts/tell receipts/notes
# shellcheck shell=sh

act_look() {
  # Over SSM 24,000 characters come back, the result line among them.
  RC_BYTES=200000
  [ "$FX_VIA" != ssm ] || RC_BYTES=18000
  [ "$P_SKIP" != 0 ] || receipts_notes
  receipts_tell "$P_SKIP" "$RC_BYTES"
}
