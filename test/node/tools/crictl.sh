# A container runs while its manifest is watched, or for ever where the kubelet is stuck.
# Pods are files under pods/, by id: what inspectp's template makes of them.
[ ! -e "$SANDBOX/runtime-hangs" ] || exec sleep 1000
for word in "$@"; do
  # A socket that nobody serves any more.
  case $word in unix:*) ! grep -qsx "$word" "$SANDBOX/sockets-dead" || exit 1 ;; esac
done
case "$*" in
  *' images')
    cat "$SANDBOX/images" 2>/dev/null
    exit 0
    ;;
  *' inspectp '*)
    for id in "$@"; do :; done
    cat "$SANDBOX/pods/$id" 2>/dev/null
    exit
    ;;
  *' pods '*)
    [ ! -e "$SANDBOX/runtime-down" ] || exit 1
    ls "$SANDBOX/pods" 2>/dev/null
    exit 0
    ;;
esac
# Containers are lines under containers/, by state. The kubelet starts a component of which no exited one is left.
case " $* " in
  *' rm '*)
    awk -v gone=" $* " '!index(gone, " " $2 " ")' "$SANDBOX/containers/exited" >"$SANDBOX/containers/left"
    [ -e "$SANDBOX/kubelet-stopped" ] || awk -v left="$(cat "$SANDBOX/containers/left")" '!index(left, $1 " ")' \
      "$SANDBOX/containers/exited" >>"$SANDBOX/containers/running"
    mv "$SANDBOX/containers/left" "$SANDBOX/containers/exited"
    exit
    ;;
  *' --state '*)
    state=${*#*--state } name=${*#*--name ^}
    awk -v name="${name%%\$*}" '$1 == name { print $2 }' "$SANDBOX/containers/${state%% *}" 2>/dev/null
    exit 0
    ;;
esac
for word in "$@"; do
  case $word in ^*) name=${word#^} && name=${name%\$} ;; esac
done
if [ -e "$SANDBOX/stuck" ] ||
  grep -qs "name.*$name" "$SANDBOX"/etc/kubernetes/manifests/* "$SANDBOX"/var/lib/rancher/rke2/agent/pod-manifests/*; then
  echo 4f0c9e7d1b2a
fi
