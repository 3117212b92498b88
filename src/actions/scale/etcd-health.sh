# Whether this machine's etcd member takes part in the quorum, as it says itself; see docs/actions/scale.md.
# needs: etcd/etcd
# shellcheck shell=sh

ET_TIME=3

act_look() {
  FX_STATE=ok
  fx_has curl || fx_has wget || fx_refuse no-tool 'neither curl nor wget is on this node'
  etcd_read
  etcd_tell
  # shellcheck disable=SC2086
  set -- $ET_MORE
  [ "$2" = - ] || fx_data etcdMembers "$2"
}
