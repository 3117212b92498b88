# What the container runtime and the kubelet logged of image pulls: those under way, and those that failed in the last minute,
# by the registry's answer.
# needs: unread common/has common/within common/result
# shellcheck shell=sh

load_logs() {
  fx_has journalctl || { load_unread pulls 'no journalctl' && return 0; }
  # The newest lines first: where a log is too long, or a busy disk too slow, these are read (with `-n`,
  # versions differ in the lines that they choose). The status comes through the pipe as a last line.
  LD_N=$(
    {
      within 5 journalctl -u containerd -u crio -u kubelet -u k3s -u k3s-agent -u rke2-server -u rke2-agent \
        --since -600s -r -o short-unix --no-pager -q
      printf '\nstatus %s\n' "$?"
    } 2>/dev/null | awk -v now="$FX_NOW" "$LD_LOG"
  )
  # shellcheck disable=SC2086
  set -- $LD_N
  [ "${6-}" != 124 ] || fx_data log no-answer
  if [ "${5-}" = read ]; then
    fx_data pulls "$1"
    fx_data failed "$2"
    fx_data throttled "$3"
    fx_data timeouts "$4"
  elif [ "${6-}" != 124 ]; then
    load_unread pulls 'no log of the runtime'
  fi
}

# containerd: `PullImage \"X\"`, then `PullImage \"X\" returns image reference` or `PullImage \"X\" failed`. CRI-O: `Pulling image: X`
# and `Pulled image: Y`, the same pull by its `id=`; of one that failed it logs no end. The kubelet logs `PullImage from image
# service failed` once for each. A pull is known by its image, so that a pod whose pull fails again and again is one at most; the
# newest line of an image tells whether it is under way. Pulls that began up to ten minutes ago may still run.
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
function tell(image, runs) { if (!(image in told)) { told[image] = 1; pulls += runs } }
function most(of) { return of["kubelet"] > of["runtime"] ? of["kubelet"] + 0 : of["runtime"] + 0 }
/^status [0-9]+$/ { status = $2; next }
/^[0-9]/ && ++lines > 8000 { exit }
/PullImage from image service failed/ {
  failed("kubelet")
  x = $0
  if (sub(/.* image=/, "", x)) tell(name(x), 0)
  next
}
/PullImage \\?"/ {
  x = $0; sub(/.*PullImage /, "", x); image = name(x)
  if (/returns image reference/) tell(image, 0)
  else if (/ failed/) { tell(image, 0); failed("runtime") }
  else tell(image, 1)
  next
}
/Pulled image: .* id=/ { ended[id()] = 1; next }
/Pulling image: .* id=/ { x = $0; sub(/.*Pulling image: /, "", x); tell(name(x), !(id() in ended)) }
END { printf "%d %d %d %d %s %s\n", pulls, most(fails), most(rate), most(late), lines ? "read" : "none", status }'
