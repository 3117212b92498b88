# Holds the names of services: a CoreDNS that does not know them answers by a table that this node's own proxy rules tell.
# One that still knows them is watched only, as a reload would make it forget what it knows. Where none lives, one is started.
# needs: load watching pod kit headless dns/names firewall/armed firewall/keep
# shellcheck shell=sh

# It touches nothing that another action changes, and must not hold up a fence on the same host.
# The common part takes it.
# shellcheck disable=SC2034
FX_LOCK=$FX_HOME/dns-hold.lock
# Only the table has this name, with an address of the documentation network.
DH_MARK='192.0.2.1 hold.fireaxe'

act_look() {
  DH_FAILS=0 DH_HELD=0 DH_OWN=0 DH_ODD='' DH_ASIDE=''
  dns_servers
  SV_WANT=''
  if [ -z "$DS_ALL" ] || dv_here; then
    serve_look
    [ -n "$SV_WANT" ] || { fx_data servers 0 && return 0; }
  fi
  dns_by || fx_refuse no-tool 'neither bash, dig nor nslookup is here to ask DNS'
  for DH_P in $DS_ALL; do
    DH_STATE=odd
    if dns_server "$DH_P"; then dh_state; else dh_trouble "$DH_P" "$DS_WHY"; fi
    case $DH_STATE in
      held) DH_HELD=$((DH_HELD + 1)) ;;
      own) DH_OWN=$((DH_OWN + 1)) ;;
      fails) DH_FAILS=$((DH_FAILS + 1)) ;;
    esac
  done
  # shellcheck disable=SC2086
  set -- $DS_ALL
  fx_data servers $(($# + ${#SV_WANT}))
  [ -z "$SV_WANT" ] || fx_data server own
  fx_data held "$DH_HELD"
  fx_data own "$DH_OWN"
  fx_data fails "$DH_FAILS"
  if dh_watching; then
    fx_before dns held
    if [ "$DH_FAILS" -eq 0 ]; then
      FX_STATE=already
      fx_say 'held already'
      headless_lacks
      return 0
    fi
  else
    fx_before dns free
  fi
  dh_blame "$((DH_FAILS + DH_HELD + DH_OWN))"
  [ -z "$DH_ODD" ] || fx_refuse not-found "$DH_ODD"
  fx_systemd || fx_has setsid || fx_refuse no-timer 'neither systemd-run nor setsid is here to keep a hold'
  dh_names
  # Where a service has not the address that pods ask, as in a cluster without DNS, nothing was there to be replaced.
  for DH_K in ${SV_WANT:+$SV_AT}; do
    case $FX_NL$DH_TABLE in *"$FX_NL$DH_K "*) ;; *) FX_DATA='' && fx_data servers 0 && serve_not "no CoreDNS runs here, and no service has the address $DH_K" && return 0 ;; esac
  done
  FX_STATE=would
  DH_K="at $DH_FAILS CoreDNS, and watch $DH_OWN that know them"
  [ -z "$SV_WANT" ] || DH_K="by a static pod of ${SV_IMAGE:-its image} at $SV_AT"
  fx_say "will answer $DH_NAMES names $DH_K; reverts in ${P_TIMER}s unless kept"
  [ -z "$SV_WANT" ] || serve_until
}

# dh_trouble PID WHY: DH_ODD tells of the server that dns_server was asked for; DH_ASIDE of a cache, which must not cost the others theirs.
dh_trouble() {
  dh_who "$1"
  if [ "$DS_KIND" = pod ]; then DH_ODD="$DH_WHO: $2"; else DH_ASIDE="$DH_WHO: $2"; fi
}

# dh_blame COUNT: a cache in trouble is told where that many others are held or watched, and else is the trouble of the node.
dh_blame() {
  [ -n "$DH_ASIDE" ] || return 0
  if [ "$1" -eq 0 ]; then DH_ODD=${DH_ODD:-$DH_ASIDE}; else fx_say "left alone: $DH_ASIDE"; fi
}

# dh_names: DH_TABLE are the lines of the table, HL_TABLE those of headless services, DH_NAMES how many names.
dh_names() {
  DH_TABLE=$(dns_names "$IN_KIT")
  DH_K=${DH_TABLE##*= }
  DH_TABLE=${DH_TABLE%%= *}
  # shellcheck disable=SC2086
  set -- $DH_K
  # Rules that were cut short do not prove that this node has none: then the kit must not answer.
  [ "$8" -eq 0 ] || fx_refuse no-answer 'the rules of kube-proxy could not be read to their end'
  case $DH_TABLE in
    *" kubernetes.default$FX_NL"*) ;;
    *)
      DH_L='no rules of kube-proxy with names are here (iptables, nftables); IPVS has none'
      [ -z "$IN_KIT" ] || DH_L="$DH_L; and of the kit's names none for the API may be served here"
      fx_refuse no-names "$DH_L"
      ;;
  esac
  DH_NAMES=$(($2 + $4 + ${10:-0}))
  headless_names
  DH_NAMES=$((DH_NAMES + HL_NAMES))
  fx_data names "$DH_NAMES"
  [ "$6" -eq 0 ] || fx_data differ "$6"
  kit_say "${10:-0}" "${12:-0}" "${14:-0}"
  headless_say
  fx_data table "$(printf '%s\n' "$DH_TABLE$HL_TABLE" | cksum | cut -d ' ' -f 1)"
}

act_apply() {
  # It belongs to this step even if it is half made. A table that is cut would lack the name by which a hold is known.
  { mkdir -p "$DH_HOME" && printf '%s%s%s\n' "$DH_TABLE" "$HL_TABLE" "$DH_MARK" >"$DH_HOME/table.new" && dh_script &&
    echo "$HL_AT" >"$DH_HOME/headless" && mv -f "$DH_HOME/table.new" "$DH_HOME/table"; } 2>/dev/null ||
    fx_fail no-receipt "cannot write in $DH_HOME"
  if ! dh_mine; then
    # The watch of another step would end by itself, but after this one looks for one.
    dh_stop
    rm -f "$DH_HOME/until"
    echo "$DH_ID" >"$DH_HOME/who"
    echo "$FX_DIR" >"$DH_HOME/step"
  fi
  arm_back "[ \"\$(cat $DH_HOME/step 2>/dev/null)\" != '$FX_DIR' ] || /bin/sh '$DH_HOME/watch.sh' free"
  AR_ELSE=true
  arm "$P_TIMER"
  DH_DONE=0 DH_WELL=0 DH_ODD='' DH_ASIDE=''
  dns_servers
  for DH_P in $DS_ALL; do
    dns_server "$DH_P" || {
      [ "$DS_KIND" = pod ] || dh_trouble "$DH_P" "$DS_WHY"
      continue
    }
    dh_state
    case $DH_STATE in fails) ;; held | own) DH_WELL=$((DH_WELL + 1)) && continue ;; *) continue ;; esac
    if dh_hold "$DH_P"; then DH_DONE=$((DH_DONE + 1)); else dh_trouble "$DH_P" "$DH_WHY"; fi
  done
  if [ -n "$SV_WANT" ]; then
    if serve_start; then DH_DONE=$((DH_DONE + 1)); else DH_ODD=$SV_WHY; fi
  fi
  dh_blame "$((DH_DONE + DH_WELL))"
  DH_BAD=$DH_ODD
  serve_check
  arm_check
  fx_data holds "$DH_DONE"
  if [ -z "$DH_BAD" ]; then dh_watch || DH_BAD='the watch does not run'; fi
  [ -z "$DH_BAD" ] || {
    dh_end
    # Its timer tries on.
    [ -z "$DH_LEFT" ] || fx_fail still-held "$DH_BAD; still held: $DH_LEFT"
    arm_undo
    fx_fail not-held "$DH_BAD; nothing is held here"
  }
  fx_say "$DH_NAMES names answered at $DH_DONE CoreDNS"
  [ -z "$SV_WANT" ] || serve_until
}

act_verify() {
  dns_by || fx_fail no-tool 'nothing here can ask DNS'
  dns_servers
  DH_HELD=0 DH_WELL=0 DH_ODD='' DH_ASIDE=''
  for DH_P in $DS_ALL; do
    dns_server "$DH_P" || continue
    dh_state
    [ "$DH_STATE" != held ] || DH_HELD=$((DH_HELD + 1))
    if [ "$(dns_ask "$DS_AT" "kubernetes.default.svc.$DS_DOMAIN")" = NOERROR ]; then
      DH_WELL=$((DH_WELL + 1))
    elif [ "$DS_KIND" = pod ]; then
      DH_ODD="CoreDNS at $DS_AT does not answer"
    else
      dh_trouble "$DH_P" 'it does not answer'
    fi
  done
  dh_blame "$DH_WELL"
  DH_BAD=$DH_ODD
  if dv_here && dv_read; then
    if dv_answers; then DH_HELD=$((DH_HELD + 1)); else DH_BAD="the server of this hold does not answer at $DV_AT"; fi
  fi
  fx_data held "$DH_HELD"
  arm_say
  [ -n "$DS_ALL" ] || dv_here || { fx_say 'no CoreDNS runs here' && return 0; }
  [ -z "$DH_BAD" ] || fx_fail not-held "$DH_BAD"
  dh_watching || {
    [ "$DH_HELD" -eq 0 ] || fx_fail no-watch 'no watch runs here'
    fx_say 'the hold is over: CoreDNS answers by itself'
  }
}

act_undo() {
  # A hold that was there is this step's if it took it over.
  if ! fx_line "$DH_HOME/step" || [ "$FX_L" != "$FX_DIR" ]; then
    FX_STATE=already
    fx_say 'nothing to undo here'
    arm_undo
    return 0
  fi
  dns_by || fx_fail no-tool 'nothing here can ask DNS'
  dh_end
  [ -z "$DH_LEFT" ] || fx_fail still-held "still held: $DH_LEFT"
  arm_undo
  fx_say "$DH_FREED CoreDNS answer by themselves again"
}
