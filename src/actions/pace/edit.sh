# The kubelet's file of settings with other values: only the lines of these keys change.
# needs: common/result
# shellcheck shell=sh

# YAML in block style: a key is at the beginning of its line. JSON: one member a line, as tools write it. Whatever else could set
# one of the keys (a quoted key, a second document) is refused. What is missing is added: in YAML last, in JSON first.
PC_AWK='
BEGIN {
  n = split(want, pair, " ")
  for (i = 1; i <= n; i++) { at = index(pair[i], "="); key[i] = substr(pair[i], 1, at - 1); val[i] = substr(pair[i], at + 1) }
}
{ line[NR] = $0 }
!first && /[^ \t\r]/ { first = NR; json = /^[ \t]*\{/; if (json && !/^[ \t]*\{[ \t\r]*$/) bad = 1 }
{
  for (i = 1; i <= n; i++) {
    if (json ? (depth == 1 && $0 ~ ("^[ \t]*\"" key[i] "\"[ \t]*:[ \t]*[a-z0-9]+[ \t]*,?[ \t\r]*$")) : index($0, key[i] ":") == 1) {
      if (has[i]++) bad = 1
      set[NR] = i
    } else if (index($0, key[i]) && $0 !~ /^[ \t]*#/) bad = 1
  }
  if (!json && (/^\.\.\./ || (/^---/ && NR != first) || /^["\047]/ || /^[{?]/)) bad = 1
  if (json) { text = $0; depth += gsub(/[\[{]/, "", text); depth -= gsub(/[]}]/, "", text) }
}
END {
  if (bad || !first || (json && (depth != 0 || line[first + 1] ~ /^[ \t]*\}/))) exit 1
  for (l = 1; l <= NR; l++) {
    text = line[l]
    if (l in set) {
      i = set[l]
      comma = text ~ /,[ \t\r]*$/ ? "," : ""
      match(text, /^[ \t]*/)
      text = json ? substr(text, 1, RLENGTH) "\"" key[i] "\": " val[i] comma : key[i] ": " val[i]
    }
    print text
    if (json && l == first) for (i = 1; i <= n; i++) if (!has[i]) print "  \"" key[i] "\": " val[i] ","
  }
  if (!json) for (i = 1; i <= n; i++) if (!has[i]) print key[i] ": " val[i]
}'

# pace_edit FILE: PC_NEW is its text with the ceiling; false where it cannot be told apart.
pace_edit() {
  PC_NEW=$(awk -v want="$PC_WANT" "$PC_AWK" "$1" && echo .)
  case $PC_NEW in *.) PC_NEW=${PC_NEW%.} ;; *) return 1 ;; esac
}

# pace_dropin: PC_NEW is the drop-in; its first line names the step.
pace_dropin() {
  PC_NEW="# fireaxe $FX_RUN/$FX_STEP: a ceiling on image pulls, until undo$FX_NL"
  PC_NEW="${PC_NEW}apiVersion: kubelet.config.k8s.io/v1beta1${FX_NL}kind: KubeletConfiguration$FX_NL"
  for FX_K in $PC_WANT; do PC_NEW="$PC_NEW${FX_K%%=*}: ${FX_K#*=}$FX_NL"; done
}
