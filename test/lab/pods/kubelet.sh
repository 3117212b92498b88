#!/bin/bash
# What a kubelet does for one pod, five times as fast: kubelet.sh UID POD|NODE GROUP [PATIENT]. It starts the container again at
# once, then after 2 s, doubling; its liveness probe kills a container whose heartbeat is older than 3 s, unless it is patient.
# No API is asked.
uid=$1 net=$2 group=$3 patient=$4 attempt=0 delay=0
[ "$net" = NODE ] && options='{"network":2}' || options='{"network":0}'
mkdir -p /var/beat /var/pods
labels="{\"app\":\"off\",\"io.kubernetes.pod.namespace\":\"telemetry\",\"io.kubernetes.pod.name\":\"off\",\"io.kubernetes.pod.uid\":\"$uid\"}"
cat >/var/pods/$uid.json <<P
{"metadata":{"name":"off","namespace":"telemetry","uid":"$uid","attempt":0},"labels":$labels,"log_directory":"/var/pods",
"linux":{"cgroup_parent":"$group/besteffort/pod$uid","security_context":{"namespace_options":$options}}}
P
pod=$(crictl runp /var/pods/$uid.json) || exit 1
while :; do
  sleep $delay
  [ $delay = 0 ] && delay=2 || delay=$((delay < 8 ? delay * 2 : 8))
  cat >/var/pods/$uid-c.json <<C
{"metadata":{"name":"main","attempt":$attempt},"image":{"image":"lab.local/busybox:1"},"log_path":"$uid-$attempt.log","linux":{},
"labels":$labels,"envs":[{"key":"KUBERNETES_SERVICE_HOST","value":"10.96.0.1"}],"mounts":[{"container_path":"/beat","host_path":"/var/beat"}],
"command":["/bin/sh","/beat/offender.sh","$uid"]}
C
  attempt=$((attempt + 1))
  c=$(crictl --timeout 5s create $pod /var/pods/$uid-c.json /var/pods/$uid.json) || continue
  echo $c >>/var/beat/$uid.ids
  crictl --timeout 3s start $c || continue
  began=$(date +%s)
  while [ -n "$(crictl ps -q --id $c --state running)" ]; do
    sleep 1
    [ -z "$patient" ] || { sleep 9; continue; }
    last=$(cat /var/beat/$uid)
    [ "${last:-0}" -ge $began ] || last=$began
    if [ $(($(date +%s) - last)) -gt 3 ]; then
      echo $c >>/var/beat/$uid.killed
      crictl --timeout 4s stop --timeout 1 $c
    fi
  done
done
