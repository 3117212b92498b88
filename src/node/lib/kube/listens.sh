# Where kube-apiserver listens on this machine, for a kit that names another port.
# needs: common/tools
# shellcheck shell=sh

# kube_listens PORTS: KL_PORT is the port where kube-apiserver listens; empty if it is one of PORTS, or unknown. KL_ANY is set
# where another process, such as a balancer, listens on one of PORTS. A port of loopback alone has no clients to fence.
kube_listens() {
  KL_PORT='' KL_ANY=''
  fx_has ss || return 0
  # Only the fence reads KL_ANY.
  # shellcheck disable=SC2034
  for KL_L in $(ss -Htnlp 2>/dev/null | while read -r _ _ _ KL_A _ KL_U; do
    case $KL_A in 127.* | '[::1]'*) continue ;; esac
    case $KL_U in *'(("kube-apiserver"'*) echo "server:${KL_A##*:}" ;; *) echo "other:${KL_A##*:}" ;; esac
  done); do
    case "$KL_L: $1 " in
      server:*" ${KL_L#*:} "*) KL_PORT='' && return 0 ;;
      server:*) KL_PORT=${KL_L#*:} ;;
      *" ${KL_L#*:} "*) KL_ANY=1 ;;
    esac
  done
}
