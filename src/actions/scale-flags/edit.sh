# A manifest with other flags of the server: only its lines of these flags change.
# needs: common/result
# shellcheck shell=sh

# Flags are looked for as items of lists in block style, as kubeadm, kOps and RKE2 write them, in the server's own
# container. Whatever else could set one of them (a value in an item of its own, a list in brackets) is refused: the last
# one would win.
ED_AWK='
function item(text) {
  sub(/^ *- +/, "", text); sub(/[ \t]+#.*$/, "", text); sub(/[ \t\r]+$/, "", text)
  gsub(/^["\047]|["\047]$/, "", text)
  return text
}
BEGIN {
  n = split(want, flag, " ")
  for (i = 1; i <= n; i++) name[i] = substr(flag[i], 1, index(flag[i], "=") - 1)
}
{
  line[NR] = $0
  if ($0 ~ /^ *(initC|c)ontainers: *(#.*)?$/) { first = 1; next }
  if ($0 !~ /^ *- /) {
    for (i = 1; i <= n; i++) if (index($0, "--" name[i]) && $0 !~ /^ *#/) bad = 1
    next
  }
  match($0, /^ */)
  if (first) { level = RLENGTH; first = 0; listed = 1 }
  # An item at this level is the next container of the pod.
  if (listed && RLENGTH == level) box++
  inside[NR] = box
  text = item($0)
  if (text == "kube-apiserver" || text ~ /^\/[^ ]*\/kube-apiserver$/) { server = NR; servers++ }
  for (i = 1; i <= n; i++) {
    if (text == "--" name[i]) apart[NR] = 1
    if (index(text, "--" name[i] "=") == 1) { at[NR] = i; set[NR] = substr(text, 3) }
  }
}
END {
  for (l = 1; l <= NR; l++) {
    if (inside[l] != inside[server]) { delete at[l]; continue }
    if (l in apart) bad = 1
    if (l in at) { has[at[l]] = 1; was = was (was == "" ? "" : " ") set[l] }
  }
  if (servers != 1 || bad) exit 1
  if (mode == "was") { print was == "" ? "not set so far" : "so far " was; exit }
  for (l = 1; l <= NR; l++) {
    text = line[l]
    match(text, /^ *- +/)
    lead = substr(text, 1, RLENGTH)
    if (l in at) text = lead "--" flag[at[l]]
    print text
    if (l == server) for (i = 1; i <= n; i++) if (!has[i]) print lead "--" flag[i]
  }
}'

# edit_read FILE: ED_NEW is its text with the flags, ED_WAS what they were.
edit_read() {
  edit_text "$1" || fx_refuse odd-manifest "no list of the server's flags in block style in ${1#"$FX_ROOT"}: edit it by hand"
}

edit_text() {
  ED_WAS=$(awk -v want="$P_FLAG" -v mode=was "$ED_AWK" "$1") || return 1
  ED_NEW=$(awk -v want="$P_FLAG" -v mode=new "$ED_AWK" "$1" && echo .)
  ED_NEW=${ED_NEW%.}
}
