# Shrink: the kubelet's unit, and processes.
# needs: hold/act
# shellcheck shell=sh

P_UNIT=$P_KUBELET P_PODS=''
[ "$P_KUBELET" != none ] || P_UNIT=''
