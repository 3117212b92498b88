# Who talks to the API: the clients on this node, and on an API server's host what the server knows of them. Changes nothing.
# needs: talkers peers asked
# shellcheck shell=sh

KC_TIME=2
# Without a before-state there is room for more values.
FX_MOST=1600

act_look() {
  fx_has ss || fx_fail no-tool 'ss is not on this node: its connections cannot be read'
  who_talkers
  [ -n "$IN_SERVER" ] || return 0
  who_peers
  who_asked
}
