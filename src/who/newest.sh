# The pods that were made last on this node: what is new is suspected where hardly a connection can be counted.
# needs: common/proc
# shellcheck shell=sh

# A pod is as old as its oldest process, which is none of those that were restarted; its name is that of its busiest one.
WH_NEWEST='
BEGIN {
  for (i = 1; i < ARGC; i++) {
    pod = ""; name = ""; age = ""
    while ((getline line < (ARGV[i] "/cgroup")) > 0)
      if (line ~ /kubepods/ && match(line, /pod[0-9a-f][0-9a-f_-]+/)) pod = substr(line, RSTART + 3, RLENGTH - 3)
    close(ARGV[i] "/cgroup")
    if (pod == "") continue
    if ((getline line < (ARGV[i] "/comm")) > 0) name = line
    close(ARGV[i] "/comm")
    if ((getline line < (ARGV[i] "/stat")) > 0 && sub(/^.*\) /, "", line)) {
      split(line, f, " ")
      age = up - f[20] / hz; cpu = (f[12] + f[13]) / hz
    }
    close(ARGV[i] "/stat")
    if (name == "" || age == "") continue
    gsub(/_/, "-", pod)
    many[pod]++
    if (!(pod in oldest) || age > oldest[pod]) oldest[pod] = age
    if (name != "pause" && (!(pod in main) || cpu > most[pod])) { main[pod] = name; most[pod] = cpu }
  }
  for (pod in main) printf "%.0f|0|0|0|0|0|0|0|0|%.0f|%.0f|%d|%d|pod|%s|%s\n", oldest[pod], oldest[pod] < 0 ? 0 : oldest[pod], most[pod], many[pod], many[pod], pod, main[pod]
}'

# who_newest: the lines of the youngest pods, in the form of sum.sh, without connections.
who_newest() {
  fx_line "$FX_ROOT/proc/uptime" || fx_line /proc/uptime || return 0
  set +f
  awk -v up="${FX_L%% *}" -v hz="$(getconf CLK_TCK 2>/dev/null || echo 100)" "$WH_NEWEST" "$FX_ROOT"/proc/[0-9]* 2>/dev/null |
    sort -t '|' -k 1,1n | head -n 3
  set -f
}
