# Puts a manifest back, and thaws the pod; or unmasks the unit.
# needs: aside manifest running unit freezer/freeze
# shellcheck shell=sh

act_undo() {
  PA_DID=''
  for PA_COMPONENT in $P_COMPONENT; do
    pause_key "$PA_COMPONENT"
    PA_WAS=''
    eval "PA_WAS=\${B_$PA_KEY-} PA_T=\${B_${PA_KEY}_unit-}"
    [ -z "$PA_T" ] || pause_unit_undo "$PA_COMPONENT"
    case $PA_WAS in
      'in '* | 'out '*) pause_known "${PA_WAS#* }" ;;
      *) continue ;;
    esac
    pause_find "$PA_COMPONENT"
    pause_aside "${PA_WAS#* }"
    case $PA_WAS in in*) pause_give "${PA_WAS#* }" ;; esac
    pause_unfreeze
    [ "${PA_WAS%% *}" = out ] || rm -f "$PA_HOME/.$PA_BASE.note"
    # An empty folder was made by Fireaxe.
    rmdir "$PA_HOME" 2>/dev/null
  done
  [ -n "$PA_DID" ] || FX_STATE=already
  [ -n "$FX_NOTE" ] || fx_say 'nothing to undo'
}

# pause_known PATH: a path from the journal is accepted only within the known folders.
pause_known() {
  for PA_DIR in $PA_DIRS; do
    case $1 in
      "$PA_DIR"/.* | "$PA_DIR"/*/*) ;;
      "$PA_DIR"/?*) return 0 ;;
    esac
  done
  fx_fail odd-name "$1 is not in a folder of manifests"
}

# pause_give PATH: moves the file back to its former name, never over another one.
pause_give() {
  if [ -n "$PA_IN" ]; then
    if [ "$PA_IN" = "$1" ] && [ -e "$PA_KEPT" ] && cmp -s "$FX_ROOT$PA_IN" "$PA_KEPT"; then
      rm -f "$PA_KEPT"
    fi
    fx_say "$PA_IN already exists"
    [ ! -e "$PA_KEPT" ] || fx_say "the paused manifest differs and stays as $PA_KEPT"
    return 0
  fi
  [ ! -e "$FX_ROOT$1" ] || fx_fail not-moved "$1 now is another file; the manifest stays as $PA_KEPT"
  [ -e "$PA_KEPT" ] || fx_fail missing "no manifest at $PA_KEPT, nor at $1"
  [ -d "$FX_ROOT${1%/*}" ] || fx_fail missing "${1%/*} is gone; the manifest stays as $PA_KEPT"
  mv "$PA_KEPT" "$FX_ROOT$1" || fx_fail not-moved "cannot move $PA_KEPT back"
  PA_DID=1
  fx_say "$1 moved back"
}

pause_unfreeze() {
  [ -r "$PA_HOME/.$PA_BASE.frozen" ] || return 0
  while IFS= read -r PA_POD; do
    case $PA_POD in "$FX_ROOT/sys/fs/cgroup"/*kubepods*) ;; *) continue ;; esac
    # A pod that is gone needs no thaw.
    [ -d "$PA_POD" ] || continue
    ! freezer_still "$PA_POD" || PA_DID=1
    freezer_set "$PA_POD" 0 || fx_fail still-held "cannot thaw $PA_POD"
  done <"$PA_HOME/.$PA_BASE.frozen"
  rm -f "$PA_HOME/.$PA_BASE.frozen"
}

# pause_remember: after an interrupted order and a reboot, neither journal nor /run has the before-state.
# The note beside the manifest has it.
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
