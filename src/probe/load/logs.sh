# What the container runtime and the kubelet logged of image pulls: those under way, and those that failed in the last minute,
# by the registry's answer.
# needs: unread common/has common/within common/result
# shellcheck shell=sh

load_logs() {
  fx_has journalctl || { load_unread pulls 'no journalctl' && return 0; }
  LD_N=$(
    # Pulls that began up to ten minutes ago may still run.
    within 5 journalctl -u containerd -u crio -u kubelet -u k3s -u k3s-agent -u rke2-server -u rke2-agent \
      --since -600s -n 8000 -o short-unix --no-pager -q 2>/dev/null | awk -v now="$FX_NOW" "$LD_LOG"
  )
  # shellcheck disable=SC2086
  set -- $LD_N
  [ "${5-}" = read ] || { load_unread pulls 'no log of the runtime' && return 0; }
  fx_data pulls "$1"
  fx_data failed "$2"
  fx_data throttled "$3"
  fx_data timeouts "$4"
}

# containerd: `PullImage \"X\"`, then `PullImage \"X\" returns image reference` or `PullImage \"X\" failed`. CRI-O: `Pulling image: X`
# and `Pulled image: Y`, the same pull by its `id=`; of one that failed it logs no end. The kubelet logs `PullImage from image
# service failed` once for each. A pull is known by its image, so that a pod whose pull fails again and again is one at most.
# Runtime and kubelet tell of the same pulls, so the larger count is the one that counts.
# shellcheck disable=SC2034
LD_LOG='
function name(text) { gsub(/\\?"/, "", text); sub(/^[ :]+/, "", text); sub(/[ @].*/, "", text); return text }
function id(text) { text = $0; sub(/.* id=/, "", text); return name(text) }
function failed(by) {
  if (now - $1 >= 60) return
  fails[by]++
  if (/429 Too Many Requests|toomanyrequests|TOOMANYREQUESTS|oo many requests/) rate[by]++
  else if (/i\/o timeout|handshake timeout|deadline exceeded|Client\.Timeout|onnection timed out/) late[by]++
}
{ lines++ }
/PullImage from image service failed/ {
  failed("kubelet")
  x = $0
  if (sub(/.* image=/, "", x)) delete pulls[name(x)]
  next
}
/PullImage \\?"/ {
  x = $0; sub(/.*PullImage /, "", x); image = name(x)
  if (/returns image reference/) delete pulls[image]
  else if (/ failed/) { delete pulls[image]; failed("runtime") }
  else pulls[image] = 1
  next
}
/Pulling image: .* id=/ { x = $0; sub(/.*Pulling image: /, "", x); image = name(x); image_of[id()] = image; pulls[image] = 1; next }
/Pulled image: .* id=/ { delete pulls[image_of[id()]]; next }
function most(of) { return of["kubelet"] > of["runtime"] ? of["kubelet"] + 0 : of["runtime"] + 0 }
END {
  for (image in pulls) n++
  if (lines) printf "%d %d %d %d read\n", n, most(fails), most(rate), most(late)
}'
