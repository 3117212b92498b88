# Sums sockets by process name and pod or unit.
# needs: sockets
# shellcheck shell=sh

# The groups of processes, the heaviest first, of the lines that sockets.sh prints. Of the connections counts the most at one
# moment; `opened` are those that were not there at the first moment, `rate` are the bytes a second since then.
WH_SUM='
$1 == "=" { turn = $2; at = key = ""; next }
$1 == "@" { at = $2; key = ""; next }
$1 == "N" { inside[$3] = inside[$3] " " $2; home[$2] = $3; next }
$1 == "A" { if ($2 in tries) failed[$2] = $3 - tries[$2]; else tries[$2] = $3; next }
$1 == "!" { next }
$1 == "F" { pid = $2; next }
$1 == "I" { owner[$2] = pid; next }
$1 == "C" { name = $0; sub(/^C +[0-9]+ /, "", name); named[name] = $2; next }
/^[A-Z]/ {
  key = at " " $4 " " $5
  if ($1 == "TIME-WAIT") { closed[turn]++; key = ""; next }
  if (!(key in first)) first[key] = turn
  at_[key, turn] = 1
  state[key] = $1
  if (match($0, /pid=[0-9]+,fd=[0-9]+\)\)/)) { p = substr($0, RSTART + 4); sub(/,.*/, "", p); has[key] = p }
  if (match($0, /ino:[0-9]+/)) ino[key] = substr($0, RSTART + 4, RLENGTH - 4)
  if (at != "") space[key] = at
  next
}
key != "" {
  s = field("bytes_sent:"); if (s == 0) s = field("bytes_acked:")
  sent[key] = s; received[key] = field("bytes_received:")
  segments[key] = field("segs_out:") + field("segs_in:")
  if (turn == 1) before[key] = sent[key] + received[key]
}
function field(word,  at) {
  at = index($0, " " word)
  return at == 0 ? 0 : substr($0, at + length(word) + 1) + 0
}
# about PID: fills the group of a process: its pod or unit, and its name.
function about(p,  file, line, n, f, pod, unit, user) {
  if (p in group) return
  name = ""; file = root "/proc/" p "/comm"
  if ((getline line < file) > 0) name = line
  close(file)
  pod = ""; unit = ""; file = root "/proc/" p "/cgroup"
  while ((getline line < file) > 0) {
    if (line ~ /kubepods/ && match(line, /pod[0-9a-f][0-9a-f_-]+/)) pod = substr(line, RSTART + 3, RLENGTH - 3)
    if (line ~ /^0::/ || line ~ /:name=systemd:/) {
      if (line ~ /user\.slice/) user = 1
      n = split(line, f, "/")
      for (; n > 1 && unit == ""; n--) if (f[n] ~ /\.service$/) unit = f[n]
    }
  }
  close(file)
  gsub(/_/, "-", pod)
  age[p] = -1; cpu[p] = 0; file = root "/proc/" p "/stat"
  if ((getline line < file) > 0 && sub(/^.*\) /, "", line)) {
    split(line, f, " ")
    age[p] = up - f[20] / hz; if (age[p] < 0) age[p] = 0
    cpu[p] = (f[12] + f[13]) / hz
  }
  close(file)
  group[p] = pod != "" ? "pod|" pod "|" name : unit != "" && !user ? "unit|" unit "|" name : "process||" name
}
END {
  for (key in first) {
    p = key in has ? has[key] : (key in ino && ino[key] in owner) ? owner[ino[key]] : space[key]
    if (p == "") { unowned++; continue }
    about(p)
    # It ended since.
    if (group[p] ~ /[|]$/) { unowned++; continue }
    g = group[p]
    for (t = 1; t <= turn; t++) if ((key, t) in at_) { n[g]++; many[g, t]++; total[t]++ }
    if (first[key] > 1) opened[g]++
    if (state[key] == "SYN-SENT") waiting[g]++
    out[g] += sent[key]; in_[g] += received[key]; segs[g] += segments[key]
    rate[g] += sent[key] + received[key] - before[key]
    if (!((g, p) in counted)) {
      counted[g, p] = 1; processes[g]++; time[g] += cpu[p]
      if (!(g in oldest) || age[p] > oldest[g]) oldest[g] = age[p]
    }
  }
  for (p in failed) if (failed[p] > 0 && (g = busiest(p)) != "") { n[g] += 0; lost[g] += failed[p] }
  for (g in n) {
    name = g; sub(/^[^|]*\|[^|]*\|/, "", name)
    n[g] = most(many, g); rate[g] *= 100 / (span > 50 ? span : 100)
    printf "%.0f|%d|%d|%d|%d|%.0f|%.0f|%.0f|%.0f|%.0f|%.0f|%d|%d|%s\n", \
      n[g] * 10 + opened[g] * 20 + waiting[g] * 10 + lost[g] * 5 + rate[g] / 2000 + (out[g] + in_[g]) / 1000000, \
      n[g], opened[g], waiting[g], lost[g], rate[g], out[g], in_[g], segs[g], oldest[g], time[g], processes[g], named[name], g
  }
  for (t = 1; t <= turn; t++) if (total[t] > all) all = total[t]
  printf "all %d %d %d\n", all, unowned, closed[turn]
}
# busiest PID: the group of the process with most CPU time in its network namespace; there its connections failed.
function busiest(p,  i, many, pids, best, high) {
  many = split(inside[home[p]], pids, " "); high = -1; best = ""
  for (i = 1; i <= many; i++) {
    about(pids[i])
    if (group[pids[i]] !~ /[|]$/ && cpu[pids[i]] > high) { high = cpu[pids[i]]; best = pids[i] }
  }
  if (best == "") return ""
  g = group[best]
  if (!((g, best) in counted)) {
    counted[g, best] = 1; processes[g]++; time[g] += cpu[best]
    if (!(g in oldest) || age[best] > oldest[g]) oldest[g] = age[best]
  }
  return g
}
function most(of, g,  t, high) {
  for (t = 1; t <= turn; t++) if (of[g, t] > high) high = of[g, t]
  return high
}'

who_sum() {
  fx_line "$FX_ROOT/proc/uptime" || fx_line /proc/uptime || FX_L=0
  {
    printf '%s\n' "$WH_NS" "$WH_SEEN"
    who_owners
    set +f
    cat "$FX_ROOT"/proc/[0-9]*/comm 2>/dev/null | sort | uniq -c | sed 's/^ */C /'
    set -f
  } | awk -v root="$FX_ROOT" -v span="$WH_SPAN" -v up="${FX_L%% *}" -v hz="$(getconf CLK_TCK 2>/dev/null || echo 100)" "$WH_SUM" | sort -t '|' -k 1,1nr
}
