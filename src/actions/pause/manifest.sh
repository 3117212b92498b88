# Static pod manifests: found by what they contain, whatever their file name.
# needs: manifest-read
# shellcheck shell=sh

# Watched by kubelets of kubeadm, kOps and RKE2. A paused manifest lies beside the folder, on the same file system: a rename
# moves it, and it survives a reboot. Nothing else is left in a watched folder: the kubelet reads every file there.
PA_DIRS='/etc/kubernetes/manifests /var/lib/rancher/rke2/agent/pod-manifests'
PA_ASIDE=fireaxe-paused
PA_CR=$(printf '\r')

# pause_aside PATH: where a manifest at PATH lies while it is paused: PA_KEPT, named PA_BASE in PA_HOME.
pause_aside() {
  PA_BASE=${1##*/}
  PA_HOME=${1%/*}
  PA_HOME=$FX_ROOT${PA_HOME%/*}/$PA_ASIDE
  PA_KEPT=$PA_HOME/$PA_BASE
}

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

# The before-state has one member a component: `in PATH`, `out PATH` (paused, yet running) or `frozen PATH` (paused and not running).
# pause_key COMPONENT: PA_KEY is its name.
pause_key() {
  case $1 in
    kube-controller-manager) PA_KEY=controller_manager ;;
    kube-scheduler) PA_KEY=scheduler ;;
    *) PA_KEY=autoscaler ;;
  esac
}
