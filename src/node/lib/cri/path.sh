# RKE2 and others keep crictl out of the PATH.
# needs: common/start
# shellcheck shell=sh

[ -n "$FX_ROOT" ] || PATH=$PATH:/var/lib/rancher/rke2/bin:/opt/bin
