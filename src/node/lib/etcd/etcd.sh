# This machine's etcd member, as it describes itself at its metrics address (port 2381): whether it votes, and its alarms.
# ET_TIME are the seconds of a request.
# needs: etcd-alarms kube/places common/apart common/result
# shellcheck shell=sh

ET_COUNTS='$1 == "etcd_server_has_leader" { leader = $2 }
$1 == "etcd_server_is_learner" { learner = $2 }
$1 == "etcd_server_quota_backend_bytes" { quota = $2 }
$1 == "etcd_mvcc_db_total_size_in_bytes" { size = $2 }
$1 == "etcd_server_is_leader" { leads = $2 }
/^etcd_network_known_peers[{]/ { members += $NF > 0 }
/^etcd_network_active_peers[{]/ { peers += $NF > 0 }
/^etcd_disk_wal_fsync_duration_seconds_bucket[{]/ { split($1, word, "\""); most[++n] = word[2]; count[n] = $NF }
END {
  for (i = 1; i <= n && fsync == ""; i++) if (count[n] > 0 && count[i] >= 0.99 * count[n]) fsync = i < n ? most[i] * 1000 : "over" most[n - 1] * 1000
  printf "%.0f %.0f %.0f %.0f %s %s %s %s\n", leader, learner, quota, size, leads == "" ? "-" : leads, members == "" ? "-" : members, peers + 0, fsync == "" ? "-" : fsync
}'

# etcd_read: ET_SAYS is ok, failing or no-answer, ET_WHY the member's own reason, ET_ALARMS its alarms; ET_LEADER and
# ET_LEARNER are 1 or 0, ET_QUOTA and ET_SIZE bytes (0 is unknown). ET_VOTES is set where it takes part in the quorum.
# ET_MORE is `LEADS MEMBERS PEERS FSYNC`: 1 where it is the leader, the members it knows, the others it is connected to, and
# the milliseconds that 99% of the fsyncs of its log took at most since its start (or `over` so many); `-` is unknown.
etcd_read() {
  ET_SAYS=no-answer ET_WHY='' ET_ALARMS='' ET_VOTES='' ET_LEADER=0 ET_LEARNER=0 ET_QUOTA=0 ET_SIZE=0 ET_MORE='- - 0 -'
  etcd_find
  etcd_health
  [ "$ET_SAYS" != no-answer ] || return 0
  apart etcd_counts
  # shellcheck disable=SC2086
  set -- $AP_OUT
  ET_LEADER=${1:-0} ET_LEARNER=${2:-0} ET_QUOTA=${3:-0} ET_SIZE=${4:-0}
  # Not every reader tells these.
  # shellcheck disable=SC2034
  [ $# -lt 8 ] || ET_MORE="$5 $6 $7 $8"
  ET_VOTES=$ET_OK
  # Without a leader, an alarm is not the cause.
  case $ET_SAYS:$ET_LEADER:$ET_WHY in failing:1:* | failing:*ALARM*) etcd_alarms ;; esac
  [ "$ET_LEARNER" = 0 ] || ET_VOTES=''
}

# etcd_find: AP_OUT is its health, asked at 127.0.0.1 or at the address on which it listens.
etcd_find() {
  ET_AT=127.0.0.1
  ! etcd_get /health && [ -z "$AP_OUT" ] || return 0
  case $AP_RC:$AP_SAID in 7:* | *'onnection refused'*) places_of 2381 ;; *) return 0 ;; esac
  for ET_AT in $PL_FOUND; do ! etcd_get /health && [ -z "$AP_OUT" ] || return 0; done
}

etcd_counts() {
  etcd_get /metrics
  printf '%s\n' "$AP_OUT" | awk "$ET_COUNTS"
}

# etcd_tell: puts it into the result's data.
etcd_tell() {
  fx_data etcd "$ET_SAYS"
  [ "$ET_SAYS" != no-answer ] || return 0
  [ -z "$ET_VOTES" ] || fx_data etcdVotes 1
  [ "$ET_LEARNER" = 0 ] || fx_data etcdLearner 1
  [ -z "$ET_ALARMS" ] || fx_data etcdAlarms "$ET_ALARMS"
  [ -z "$ET_WHY" ] || fx_data etcdReason "$ET_WHY"
  [ "$ET_SIZE" = 0 ] || fx_data etcdBytes "$ET_SIZE"
  [ "$ET_QUOTA" = 0 ] || fx_data etcdQuota "$ET_QUOTA"
}
