# The alarms of an etcd member, and whether it votes in spite of them.
# needs: etcd-get
# shellcheck shell=sh

# etcd_alarms: an alarm alone makes a member report that it is unhealthy, and it still votes. A health check that excludes all
# alarms tells whether it votes; a version that does not know such a check is judged by its counters.
etcd_alarms() {
  ET_REASON=$ET_WHY
  etcd_get '/health?exclude=NOSPACE&exclude=CORRUPT'
  etcd_health
  ET_SAYS=failing ET_WHY=$ET_REASON
  if [ -n "$ET_OK" ]; then
    ET_VOTES=1
    for FX_K in NOSPACE:CORRUPT CORRUPT:NOSPACE; do
      # Still unhealthy with the other alarm excluded: it has this one.
      etcd_get "/health?exclude=${FX_K#*:}"
      etcd_health
      [ -n "$ET_OK" ] || ET_ALARMS="$ET_ALARMS${ET_ALARMS:+ }${FX_K%:*}"
    done
    ET_SAYS=failing ET_WHY=$ET_REASON
    return 0
  fi
  case $ET_WHY in *ALARM*NOSPACE*) ET_ALARMS=NOSPACE ;; *ALARM*CORRUPT*) ET_ALARMS=CORRUPT ;; esac
  [ -n "$ET_WHY" ] || [ "$ET_QUOTA" = 0 ] || [ "$ET_SIZE" -lt "$ET_QUOTA" ] || ET_ALARMS=NOSPACE
  [ -z "$ET_ALARMS" ] || [ "$ET_LEADER" = 0 ] || ET_VOTES=1
}
