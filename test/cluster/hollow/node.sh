#!/bin/sh
# node.sh NAME MACHINE-ID TURN: what a hollow node runs: an SSH server, so that it is a machine to those who log in; kubemark's kubelet,
# which is the real one over a runtime that only pretends; and the offender's process while that kubelet has the offender's pod.
name=$1
mount -t tmpfs -o size=16m tmpfs /run
mkdir -p /run/sshd /run/lock
echo "$2" >/run/machine-id
mount --bind /run/machine-id /etc/machine-id
mount --bind "/etc/hosts.$3" /etc/hosts
hostname "$name"
/usr/sbin/sshd
while :; do
  env GOMAXPROCS=1 GOGC=50 /opt/kubernetes/kubemark --morph=kubelet --name="$name" --kubeconfig=/root/kubeconfig \
    --use-host-image-service=false --node-labels=kind=hollow --v=0 >"/var/log/$name" 2>&1
  sleep 5
done &

# /root/loops says how many loops a copy runs; while it is empty, there is no offender here.
while :; do
  pods=$(curl -s -m 5 http://127.0.0.1:10255/pods) && case $pods in
    *'"name":"telemetry-agent-'*)
      if [ -s /root/loops ] && ! pgrep -x telemetryd >/dev/null; then
        /usr/local/bin/telemetryd -kubeconfig /root/offender.conf -n "$(cat /root/loops)" >"/var/log/$name.offender" 2>&1 &
      fi
      ;;
    # The node's own: no other node's processes can be seen here.
    '{'*) pkill -9 -x telemetryd ;;
  esac
  sleep 4
done
