# The address from which this node was reached.
# needs: common/result firewall/way-in
# shellcheck shell=sh

act_look() {
  FX_STATE=ok
  own_way
  fx_data from "$OW_FROM"
  fx_data port "$OW_PORT"
}
