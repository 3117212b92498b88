#!/bin/sh
# node.sh NAME MACHINE-ID TURN: runs a hollow node: an SSH server; kubemark's kubelet, which is the kubelet's own code over a
# simulated runtime; and the offender's process, as long as that kubelet has the offender's pod.
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

# /root/loops holds the number of loops of each offender; while it is empty, no offender starts.
while :; do
  pods=$(curl -s -m 5 http://127.0.0.1:10255/pods) && case $pods in
    # A container ends before its kubelet confirms the deletion; the hook of the offender's pod leaves time for that.
    *'"deletionTimestamp"'*) pkill -9 -x telemetryd ;;
    *'"name":"telemetry-agent-'*)
      if [ -s /root/loops ] && ! pgrep -x telemetryd >/dev/null; then
        /usr/local/bin/telemetryd -kubeconfig /root/offender.conf -n "$(cat /root/loops)" >"/var/log/$name.offender" 2>&1 &
      fi
      ;;
    # Kills only this node's process: the PID namespace shows no other.
    '{'*) pkill -9 -x telemetryd ;;
  esac
  sleep 1
done
