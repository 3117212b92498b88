# The sockets of this node that lead to the API, of all its network namespaces, at a few moments within a second or two.
# needs: common/tools common/within common/clock
# shellcheck shell=sh

# shellcheck disable=SC2034 # Without a clock, every namespace is read.
WH_MOST=250 ST_CLOCK=''

# who_spaces: WH_SPACES is a process of each other network namespace, WH_NS is `N pid namespace`, a line for each process in
# one.
who_spaces() {
  WH_SPACES='' WH_NS=''
  [ -h "$FX_ROOT/proc/self/ns/net" ] || return 0
  fx_has nsenter || { fx_say 'no nsenter here: pods with a network of their own are not read' && return 0; }
  set +f
  # shellcheck disable=SC2012 # Such paths are plain, and one ls shows all links.
  WH_NS=$(ls -l "$FX_ROOT"/proc/self/ns/net "$FX_ROOT"/proc/[0-9]*/ns/net 2>/dev/null | awk '
    { n = split($(NF - 2), part, "/"); pid = part[n - 2] }
    # ls lists this one last.
    pid == "self" { own = $NF; next }
    { space[pid] = $NF }
    END { for (pid in space) if (space[pid] != own) print "N", pid, space[pid] }')
  set -f
  WH_SPACES=$(printf '%s\n' "$WH_NS" | awk -v most="$WH_MOST" 'NF == 3 && !($3 in seen) { seen[$3] = 1; if (n++ < most) print $2 }')
}

# who_attempts: prints `A pid failed` for each of those namespaces: the connections that it could not open since it began. Where a server
# refuses them at once, no moment shows them.
who_attempts() {
  [ -n "$WH_SPACES" ] || return 0
  set --
  for FX_K in $WH_SPACES; do set -- "$@" "$FX_ROOT/proc/$FX_K/net/snmp"; done
  # Awk would stop at the first that has ended.
  for FX_K in "$@"; do
    shift
    [ ! -r "$FX_K" ] || set -- "$@" "$FX_K"
  done
  [ $# -eq 0 ] || awk '/^Tcp: [0-9]/ { n = split(FILENAME, part, "/"); print "A", part[n - 2], $8 }' "$@" 2>/dev/null
}

# who_sample TURN: prints its sockets; `@ pid` stands before those of a process's network namespace.
who_sample() {
  echo "= $1"
  within 4 ss -Htnpi state connected "$WH_FILTER" 2>/dev/null
  WH_END=''
  ! stack_clock || WH_END=$((ST_CLOCK + 80))
  for WH_P in $WH_SPACES; do
    # Enough for a hundred; the rest of them is not read.
    if [ -n "$WH_END" ] && stack_clock && [ "$ST_CLOCK" -gt "$WH_END" ]; then
      echo '! cut'
      break
    fi
    echo "@ $WH_P"
    nsenter -t "$WH_P" -n ss -Htnie state connected "$WH_FILTER" 2>/dev/null
  done
}

# who_owners: prints which process has which socket, for namespaces that have some: `F pid`, `I inode`.
who_owners() {
  WH_PIDS=$(printf '%s\n' "$WH_NS" "$WH_SEEN" | awk '
    $1 == "N" { space[$2] = $3 }
    $1 == "@" { at = $2 }
    /^[A-Z]/ && $1 !~ /^[A-Z]$/ && at != "" { talks[space[at]] = 1 }
    $1 == "=" { at = "" }
    END { for (pid in space) if (space[pid] in talks) print pid }')
  [ -n "$WH_PIDS" ] || return 0
  set --
  for FX_K in $WH_PIDS; do set -- "$@" "$FX_ROOT/proc/$FX_K/fd"; done
  # With one folder, ls prints no heading.
  # shellcheck disable=SC2012
  ls -l "$@" /dev/null 2>/dev/null | sed -n 's|^.*/proc/\([0-9]*\)/fd:$|F \1|p; s|^.* socket:\[\([0-9]*\)\]$|I \1|p'
}
