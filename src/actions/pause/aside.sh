# Where a paused manifest lies, and the names of components in the before-state.
# needs: manifest
# shellcheck shell=sh

# pause_aside PATH: where a manifest at PATH lies while it is paused: PA_KEPT, named PA_BASE in PA_HOME.
pause_aside() {
  PA_BASE=${1##*/}
  PA_HOME=${1%/*}
  PA_HOME=$FX_ROOT${PA_HOME%/*}/$PA_ASIDE
  PA_KEPT=$PA_HOME/$PA_BASE
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
