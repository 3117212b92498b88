# A rule matches a cgroup by its inode, and a unit that restarts gets a new one: a watch updates the rule.
# It never makes the table: once that is gone, or the step was undone, it ends; after a day (CL_FOR turns) it ends too.
# needs: clients-groups common/systemd
# shellcheck shell=sh

CL_UNIT=fireaxe-fence-watch-$FX_RUN-$FX_STEP

clients_watch() {
  [ -n "$CL_PATHS" ] || return 0
  # shellcheck disable=SC2086
  CL_WAS=$(cd "$CL_ROOT" && ls -di $CL_PATHS 2>/dev/null)
  CL_ADD="add rule inet $NF_TABLE who"
  CL_T="cd '$CL_ROOT' || exit 1
look() { ls -di $CL_PATHS 2>/dev/null; }
there() {
  if T=\$(nft list table inet $NF_TABLE 2>&1); then case \$T in *'\"$CL_MARK\"'*) return 0 ;; *) return 1 ;; esac; fi
  case \$T in '' | *'No such file'*) exit 0 ;; *) return 1 ;; esac
}
rules() {
  echo 'flush chain inet $NF_TABLE who'
"
  for CL_P in $CL_PATHS; do
    clients_level "$CL_P"
    CL_T="$CL_T  [ ! -d '$CL_P' ] || echo '$CL_ADD socket cgroupv2 level $CL_LEVEL \"$CL_P\" $CL_DO'$FX_NL"
  done
  [ -z "$CL_UID" ] || CL_T="$CL_T  echo '$CL_ADD meta skuid $CL_UID $CL_DO'$FX_NL"
  [ -z "$P_EXCEPT" ] || CL_T="$CL_T  echo '$CL_ADD goto out'$FX_NL"
  CL_T="$CL_T}
was='$CL_WAS' n=0
while [ ! -e '$FX_DIR/fired' ] && [ ! -e '$FX_DIR/undone' ] && [ \$n -lt \$CL_FOR ]; do
  n=\$((n + 1)) now=\$(look)
  if [ \"\$now\" != \"\$was\" ]; then
    ! there || ! rules | nft -f - || was=\$now
  elif [ \$((n % 10)) -eq 0 ]; then
    there
  fi
  sleep 1
done"
  fx_write watch "$CL_T" || fx_fail no-receipt "cannot write $FX_DIR/watch"
  if fx_systemd; then
    sd systemctl stop "$CL_UNIT.service" 2>/dev/null
    ! sd systemd-run --quiet --collect --unit="$CL_UNIT" --description='Fireaxe binds its fence to units that start again' \
      --setenv=PATH="$PATH" --setenv=CL_FOR=86400 /bin/sh "$FX_DIR/watch" || return 0
  fi
  # If systemd starts its own late, both do the same.
  fx_has setsid || fx_fail no-watch 'systemd-run did not start the watch'
  detach env CL_FOR=86400 /bin/sh "$FX_DIR/watch"
}

clients_unwatch() {
  ! fx_systemd || sd systemctl stop "$CL_UNIT.service" 2>/dev/null
  return 0
}
