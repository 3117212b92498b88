# Whether kube-controller-manager runs on this host: fenced kubelets cannot renew their leases, and it marks their nodes not ready.
# needs: common/proc
# shellcheck shell=sh

# controllers_here: FC_RUNS is set where it runs and was not frozen by a pause. The kernel keeps 15 bytes of a name, which
# Calico's controllers share: the command line tells.
controllers_here() {
  FC_RUNS=''
  set +f
  for FX_K in "$FX_ROOT"/etc/kubernetes/fireaxe-paused/.*controller*.frozen \
    "$FX_ROOT"/var/lib/rancher/rke2/agent/fireaxe-paused/.*controller*.frozen; do
    [ ! -e "$FX_K" ] || { set -f && return 0; }
  done
  set -- "$FX_ROOT"/proc/[0-9]*
  set -f
  for FX_K in "$@"; do
    fx_line "$FX_K/comm" || continue
    [ "$FX_L" = kube-controller ] || continue
    FX_L=$(tr '\0' ' ' <"$FX_K/cmdline") 2>/dev/null || continue
    case ${FX_L%% *} in kube-controller-manager | */kube-controller-manager) FC_RUNS=1 ;; esac
  done
}

controllers_say() {
  controllers_here
  [ -n "$FC_RUNS" ] || return 0
  fx_data controllers running
  fx_say 'WARNING: kube-controller-manager runs here: fenced nodes lose their endpoints after 40s; pause it first'
}
