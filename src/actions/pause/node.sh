# Pause: a component's manifest is renamed out of the kubelet's sight, and back.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

# The before-state has one member a component: `in PATH`, `out PATH` (paused, yet running) or `frozen PATH` (paused, standing still).
# pause_key COMPONENT: PA_KEY is its name.
pause_key() {
  case $1 in
    kube-controller-manager) PA_KEY=controller_manager ;;
    kube-scheduler) PA_KEY=scheduler ;;
    *) PA_KEY=autoscaler ;;
  esac
}

act_look() {
  FX_STATE=already
  for PA_COMPONENT in $P_COMPONENTS; do pause_look "$PA_COMPONENT"; done
  # What an interrupted order began is finished, not found done by somebody else.
  [ -z "$FX_REDO" ] || FX_STATE=would
  [ "$FX_STATE" = would ] || fx_say 'paused already'
}

pause_look() {
  pause_find "$1"
  pause_key "$1"
  pause_count "$1"
  fx_data "${PA_KEY}_running" "$PA_RUNNING"
  [ "$PA_CRI" = yes ] || fx_data crictl 'no answer'
  if [ -n "$PA_IN" ]; then
    pause_movable
    fx_before "$PA_KEY" "in $PA_IN"
    FX_STATE=would
    fx_say "will take $PA_IN out"
    pause_kubelet "$PA_IN"
    [ -z "$PA_KUBELET" ] || fx_data kubelet_since "$PA_KUBELET"
  elif [ -z "$PA_OUT" ]; then
    PA_WHY="no static pod of $1 is here (looked in $PA_DIRS)"
    [ -z "$PA_LOOSE" ] || PA_WHY="$PA_WHY; process$PA_LOOSE runs in no pod: hold its unit with stop"
    [ ! -d "$FX_ROOT/var/lib/rancher/k3s/server" ] || PA_WHY="$PA_WHY; k3s runs it in its own process"
    fx_refuse no-manifest "$PA_WHY; leave pause out here (built-in playbooks: -p pause-controllers=false)"
  elif [ "$PA_RUNNING" -gt 0 ]; then
    fx_before "$PA_KEY" "out $PA_OUT"
    FX_STATE=would
    fx_say "$PA_OUT is out, yet it runs: will freeze its pod"
  else
    fx_before "$PA_KEY" "frozen $PA_OUT"
  fi
}

# pause_movable: PA_IN can be renamed to where it is kept, and be told again exactly.
pause_movable() {
  PA_F=$FX_ROOT$PA_IN
  case $PA_IN in *[!\ -~]*) fx_refuse odd-name 'the name of the manifest cannot be told in ASCII' ;; esac
  [ ! -L "$PA_F" ] || fx_refuse odd-name "$PA_IN is a link"
  PA_D=${PA_F%/*}
  # Only within one mount is it a rename: a copy could be read half.
  PA_L=$(df -P "$PA_D" "${PA_D%/*}" 2>/dev/null) || fx_refuse no-tool "df does not tell the file system of $PA_IN"
  PA_T=${PA_L##*"$FX_NL"} PA_L=${PA_L%"$FX_NL"*}
  PA_L=${PA_L##*"$FX_NL"}
  [ "${PA_L##*% }" = "${PA_T##*% }" ] || fx_refuse other-mount "${PA_IN%/*} is a mount of its own: no rename leads out of it"
  [ -w "$PA_D" ] && [ -w "${PA_D%/*}" ] || fx_refuse read-only "cannot write in ${PA_IN%/*} and beside it"
}

act_apply() {
  PA_LEFT=$P_WAIT
  [ "$PA_LEFT" -le $((FX_DEADLINE - 12)) ] || PA_LEFT=$((FX_DEADLINE - 12))
  for PA_COMPONENT in $P_COMPONENTS; do
    pause_find "$PA_COMPONENT"
    [ -z "$PA_IN" ] || pause_take
  done
  for PA_COMPONENT in $P_COMPONENTS; do pause_await "$PA_COMPONENT"; done
}

# pause_take: PA_IN goes aside. Its note there outlives /run: a pause must be taken back after a reboot too.
pause_take() {
  pause_aside "$PA_IN"
  pause_key "$PA_COMPONENT"
  [ -d "$PA_HOME" ] || mkdir -m 700 "$PA_HOME" || fx_fail not-moved "cannot make $PA_HOME"
  if [ -e "$PA_KEPT" ] && ! cmp -s "$FX_ROOT$PA_IN" "$PA_KEPT"; then
    # Somebody wrote another one in the meantime; the older is not lost.
    mv "$PA_KEPT" "$PA_HOME/.$PA_BASE.before-$FX_RUN" || fx_fail not-moved "cannot move the older $PA_KEPT"
    fx_say "an older one is kept as .$PA_BASE.before-$FX_RUN"
  fi
  { printf '%s\n' "$FX_RUN/$FX_STEP" "$PA_KEY" "in $PA_IN" >"$PA_HOME/.$PA_BASE.note"; } 2>/dev/null ||
    fx_fail not-moved "cannot write in $PA_HOME"
  mv "$FX_ROOT$PA_IN" "$PA_KEPT" || fx_fail not-moved "cannot move $PA_IN"
}

# pause_await COMPONENT: until the kubelet lets go of it, else it is frozen.
pause_await() {
  pause_find "$1"
  [ -z "$PA_IN" ] || fx_fail not-held "$PA_IN was written again: something else looks after it"
  pause_key "$1"
  pause_kubelet "$PA_OUT"
  pause_count "$1"
  while [ "$PA_RUNNING" -gt 0 ] && [ "$PA_LEFT" -gt 0 ] && [ "$PA_KUBELET" != stopped ]; do
    sleep 1
    PA_LEFT=$((PA_LEFT - 1))
    pause_count "$1"
  done
  if [ "$PA_RUNNING" -gt 0 ]; then
    pause_aside "$PA_OUT"
    for PA_POD in $PA_PODS; do
      # Noted first: a freeze without a note would never be taken back.
      { printf '%s\n' "$PA_POD" >>"$PA_HOME/.$PA_BASE.frozen"; } 2>/dev/null || fx_fail not-held "cannot write in $PA_HOME"
      pause_freeze || fx_fail not-held "cannot freeze ${PA_POD##*/} of $1"
    done
    pause_count "$1"
  fi
  fx_data "${PA_KEY}_running" "$PA_RUNNING"
  fx_data "${PA_KEY}_frozen" "$PA_FROZEN"
  [ -z "$PA_LOOSE" ] || fx_fail not-held "$1 runs outside any pod:$PA_LOOSE"
  [ "$PA_RUNNING" -eq 0 ] || fx_fail not-held "$1 still runs"
  if [ "$PA_FROZEN" -gt 0 ]; then
    fx_say "$1 out; the kubelet${PA_KUBELET:+ (since $PA_KUBELET)} did not let go of it: its pod is frozen"
  else
    fx_say "$1 out and ended"
  fi
  [ "$PA_CRI" = yes ] || fx_data crictl 'no answer'
}

act_verify() {
  for PA_COMPONENT in $P_COMPONENTS; do
    pause_find "$PA_COMPONENT"
    pause_key "$PA_COMPONENT"
    pause_count "$PA_COMPONENT"
    fx_data "${PA_KEY}_running" "$PA_RUNNING"
    fx_data "${PA_KEY}_frozen" "$PA_FROZEN"
    [ -z "$PA_IN" ] || fx_fail not-held "$PA_IN is back"
    [ -n "$PA_OUT" ] || fx_fail missing "no manifest of $PA_COMPONENT is here, paused or not"
    [ "$PA_RUNNING" -eq 0 ] || fx_fail not-held "$PA_COMPONENT runs"
    fx_say "$PA_COMPONENT is out"
  done
}

act_undo() {
  PA_DID=''
  for PA_COMPONENT in $P_COMPONENTS; do
    pause_key "$PA_COMPONENT"
    eval "PA_WAS=\${B_$PA_KEY-}"
    case $PA_WAS in
      'in '* | 'out '*) pause_known "${PA_WAS#* }" ;;
      *) continue ;;
    esac
    pause_find "$PA_COMPONENT"
    pause_aside "${PA_WAS#* }"
    case $PA_WAS in in*) pause_give "${PA_WAS#* }" ;; esac
    pause_unfreeze
    [ "${PA_WAS%% *}" = out ] || rm -f "$PA_HOME/.$PA_BASE.note"
    # Ours if nothing else is in it.
    rmdir "$PA_HOME" 2>/dev/null
  done
  [ -n "$PA_DID" ] || FX_STATE=already
  [ -n "$FX_NOTE" ] || fx_say 'nothing to give back'
}

# pause_known PATH: a path from the journal is only believed within the known places.
pause_known() {
  for PA_DIR in $PA_DIRS; do
    case $1 in
      "$PA_DIR"/.* | "$PA_DIR"/*/*) ;;
      "$PA_DIR"/?*) return 0 ;;
    esac
  done
  fx_fail odd-name "$1 is no manifest's place"
}

# pause_give PATH: the same file under its former name, never over another one.
pause_give() {
  if [ -n "$PA_IN" ]; then
    if [ "$PA_IN" = "$1" ] && [ -e "$PA_KEPT" ] && cmp -s "$FX_ROOT$PA_IN" "$PA_KEPT"; then
      rm -f "$PA_KEPT"
    fi
    fx_say "$PA_IN is there already"
    [ ! -e "$PA_KEPT" ] || fx_say "the paused one differs and stays as $PA_KEPT"
    return 0
  fi
  [ ! -e "$FX_ROOT$1" ] || fx_fail not-moved "$1 is something else now; the manifest stays as $PA_KEPT"
  [ -e "$PA_KEPT" ] || fx_fail missing "no manifest at $PA_KEPT, nor at $1"
  [ -d "$FX_ROOT${1%/*}" ] || fx_fail missing "${1%/*} is gone; the manifest stays as $PA_KEPT"
  mv "$PA_KEPT" "$FX_ROOT$1" || fx_fail not-moved "cannot move $PA_KEPT back"
  PA_DID=1
  fx_say "$1 is back"
}

pause_unfreeze() {
  [ -r "$PA_HOME/.$PA_BASE.frozen" ] || return 0
  while IFS= read -r PA_POD; do
    case $PA_POD in "$PA_CGROUPS"/*kubepods*) ;; *) continue ;; esac
    ! pause_frozen || PA_DID=1
    pause_thaw || fx_fail still-held "cannot thaw $PA_POD"
  done <"$PA_HOME/.$PA_BASE.frozen"
  rm -f "$PA_HOME/.$PA_BASE.frozen"
}

# pause_remember: an order that was cut off before its answer, and then a reboot: neither journal nor /run know the way back.
# The note beside the manifest does.
pause_remember() {
  [ "$FX_OP" = undo ] && [ -z "${FX_HAS_BEFORE-}" ] && [ ! -r "$FX_DIR/before" ] || return 0
  for PA_DIR in $PA_DIRS; do
    set +f
    set -- "$FX_ROOT${PA_DIR%/*}/$PA_ASIDE"/.*.note
    set -f
    for PA_F in "$@"; do
      [ -r "$PA_F" ] || continue
      { read -r PA_L && read -r PA_K && IFS= read -r PA_V; } <"$PA_F" || continue
      [ "$PA_L" = "$FX_RUN/$FX_STEP" ] || continue
      case $PA_K in
        controller_manager | scheduler | autoscaler) eval "B_$PA_K=\$PA_V FX_HAS_BEFORE=1" ;;
      esac
    done
  done
}
pause_remember
