# A container runs while its manifest is watched, or for ever where the kubelet is stuck.
for word in "$@"; do
  case $word in ^*) name=${word#^} && name=${name%\$} ;; esac
done
if [ -e "$SANDBOX/stuck" ] ||
  grep -qs "name.*$name" "$SANDBOX"/etc/kubernetes/manifests/* "$SANDBOX"/var/lib/rancher/rke2/agent/pod-manifests/*; then
  echo 4f0c9e7d1b2a
fi
