# Static pod manifests: found by what they contain, whatever their file name.
# needs: manifest-read common/result
# shellcheck shell=sh

# Watched by kubelets of kubeadm, kOps and RKE2. A paused manifest lies beside the folder, on the same file system: a rename
# moves it, and it survives a reboot. Nothing else is left in a watched folder: the kubelet reads every file there.
PA_DIRS='/etc/kubernetes/manifests /var/lib/rancher/rke2/agent/pod-manifests'
PA_ASIDE=fireaxe-paused
PA_CR=$(printf '\r')

# pause_find COMPONENT: PA_IN is the path of its manifest, PA_OUT the former path of a paused one, PA_SPACE its namespace.
pause_find() {
  PA_IN='' PA_OUT='' PA_SPACE=''
  for PA_DIR in $PA_DIRS; do
    pause_pick "$1" "$FX_ROOT$PA_DIR"
    [ -n "$PA_HIT" ] || continue
    [ -z "$PA_IN" ] || fx_refuse two-manifests "both $PA_IN and $PA_DIR/$PA_HIT are $1"
    PA_IN=$PA_DIR/$PA_HIT PA_SPACE=$PA_NS
  done
  for PA_DIR in $PA_DIRS; do
    pause_pick "$1" "$FX_ROOT${PA_DIR%/*}/$PA_ASIDE"
    [ -n "$PA_HIT" ] && [ -z "$PA_OUT" ] || continue
    PA_OUT=$PA_DIR/$PA_HIT
    # Only pause reads it.
    # shellcheck disable=SC2034
    [ -n "$PA_IN" ] || PA_SPACE=$PA_NS
  done
}

# pause_pick COMPONENT FOLDER: PA_HIT is the name of the one file there that is the component's, PA_NS its namespace.
pause_pick() {
  PA_HIT='' PA_NS='' PA_WHO=$1
  set +f
  # As the kubelet does: every file whose name does not start with a dot.
  set -- "$2"/[!.]*
  set -f
  for PA_FILE in "$@"; do
    [ -f "$PA_FILE" ] && [ -r "$PA_FILE" ] || continue
    pause_read "$PA_FILE" || continue
    [ -z "$PA_HIT" ] || fx_refuse two-manifests "both $PA_HIT and ${PA_FILE##*/} are $PA_WHO"
    PA_HIT=${PA_FILE##*/} PA_NS=${PA_T_NS:-default}
  done
}

# pause_movable: refuses if PA_IN cannot be renamed, or its name cannot be put into the before-state.
pause_movable() {
  PA_F=$FX_ROOT$PA_IN
  case $PA_IN in *[!\ -~]*) fx_refuse odd-name 'the name of the manifest is not ASCII' ;; esac
  [ ! -L "$PA_F" ] || fx_refuse odd-name "$PA_IN is a link"
  PA_D=${PA_F%/*}
  # Only within one mount is it a rename: the kubelet could read half of a copy.
  PA_L=$(df -P "$PA_D" "${PA_D%/*}" 2>/dev/null) || fx_refuse no-tool "df does not show the file system of $PA_IN"
  PA_T=${PA_L##*"$FX_NL"} PA_L=${PA_L%"$FX_NL"*}
  PA_L=${PA_L##*"$FX_NL"}
  [ "${PA_L##*% }" = "${PA_T##*% }" ] || fx_refuse other-mount "${PA_IN%/*} is a separate mount: a rename cannot leave it"
  [ -w "$PA_D" ] && [ -w "${PA_D%/*}" ] || fx_refuse read-only "cannot write in ${PA_IN%/*} and its parent"
}
