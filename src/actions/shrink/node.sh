# Shrink: the kubelet's unit, and processes.
# needs: hold/act
# shellcheck shell=sh

# It holds no pods.
P_UNIT=$P_KUBELET P_PODS='' IN_API4='' IN_API6='' IN_PORTS='' HO_TABLE=''
[ "$P_KUBELET" != none ] || P_UNIT=''
