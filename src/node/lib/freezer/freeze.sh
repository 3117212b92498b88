# Freezes and thaws a cgroup, by the freezer of v1 or by v2, whichever its folder has.
# shellcheck shell=sh

# freezer_set GROUP 1|0: freezes or thaws it; false where the kernel does not take that.
freezer_set() {
  if [ -e "$1/freezer.state" ]; then
    case $2 in 1) echo FROZEN ;; *) echo THAWED ;; esac >"$1/freezer.state"
  else
    [ -e "$1/cgroup.freeze" ] && echo "$2" >"$1/cgroup.freeze"
  fi
} 2>/dev/null

# freezer_asked GROUP: whether a freeze was requested.
freezer_asked() {
  FZ_L=''
  { read -r FZ_L <"$1/cgroup.freeze" || read -r FZ_L <"$1/freezer.self_freezing"; } 2>/dev/null
  [ "$FZ_L" = 1 ]
}

# freezer_still GROUP: whether the kernel reports that everything in it is frozen.
freezer_still() {
  if [ -e "$1/freezer.state" ]; then
    read -r FZ_L <"$1/freezer.state" && [ "$FZ_L" = FROZEN ]
    return
  fi
  FZ_K='' FZ_L=''
  while read -r FZ_K FZ_L; do [ "$FZ_K" != frozen ] || break; done <"$1/cgroup.events"
  [ "$FZ_K $FZ_L" = 'frozen 1' ]
} 2>/dev/null
