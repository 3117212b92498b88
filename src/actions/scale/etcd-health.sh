# Whether this machine's etcd member takes part in the quorum, as it says itself; see docs/actions/scale.md.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

ET_TIME=3

act_look() {
  FX_STATE=ok
  fx_has curl || fx_has wget || fx_refuse no-tool 'neither curl nor wget is on this node'
  etcd_read
  etcd_tell
}
