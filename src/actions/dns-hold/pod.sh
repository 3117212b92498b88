# The files of a server of the hold's own, and its start.
# needs: serve watching
# shellcheck shell=sh

# serve_upstream: SV_UP are the resolvers of this node, those that the kubelet gives to pods first; never the cluster's own.
serve_upstream() {
  SV_K=$(within 2 cat "$FX_ROOT/var/lib/kubelet/config.yaml" 2>/dev/null | sed -n 's/^resolvConf: *"\{0,1\}\(\/[^" ]*\).*/\1/p')
  SV_UP=''
  for SV_F in "$SV_K" /etc/resolv.conf; do
    [ -n "$SV_F" ] && [ -z "$SV_UP" ] || continue
    [ -f "$FX_ROOT$SV_F" ] || continue
    for SV_A in $(within 2 sed -n 's/^nameserver  *\([0-9a-fA-F.:]*\) *$/\1/p' "$FX_ROOT$SV_F" 2>/dev/null | head -n 3); do
      case " $SV_AT " in *" $SV_A "*) ;; *) SV_UP="$SV_UP $SV_A" ;; esac
    done
  done
}

# serve_corefile: names of the table, and all others from the node's resolvers.
serve_corefile() {
  printf '%s\n' '.:53 {' "bind $SV_AT $DV_LOOP" errors 'hosts /dev/null {'
  awk -v domain="$DN_DOMAIN" 'NF == 2 { print $1 " " $2 ".svc." domain }' "$DH_HOME/table"
  printf '%s\n' 'ttl 5' no_reverse fallthrough '}'
  [ -z "$SV_UP" ] || printf '%s\n' "forward .$SV_UP {" 'policy sequential' '}'
  printf '%s\n' 'cache 10' '}'
}

# serve_pod: by its name it is another pod than that of an earlier hold, which a kubelet without the API may still believe to run.
serve_pod() {
  echo "{
\"apiVersion\": \"v1\",
\"kind\": \"Pod\",
\"metadata\": {
\"name\": \"fireaxe-dns-hold-${FX_RUN##*-}\",
\"namespace\": \"kube-system\"
},
\"spec\": {
\"hostNetwork\": true,
\"dnsPolicy\": \"Default\",
\"priorityClassName\": \"system-node-critical\",
\"priority\": 2000001000,
\"terminationGracePeriodSeconds\": 1,
\"tolerations\": [{ \"operator\": \"Exists\" }],
\"containers\": [{
\"name\": \"coredns\",
\"image\": \"$SV_IMAGE\",
\"imagePullPolicy\": \"Never\",
\"command\": [\"/coredns\", \"-conf\", \"/etc/fireaxe-dns/Corefile\"],
\"securityContext\": {
\"runAsUser\": 0,
\"readOnlyRootFilesystem\": true,
\"capabilities\": { \"drop\": [\"ALL\"], \"add\": [\"NET_BIND_SERVICE\"] }
},
\"volumeMounts\": [{ \"name\": \"etc\", \"mountPath\": \"/etc/fireaxe-dns\", \"readOnly\": true }]
}],
\"volumes\": [{ \"name\": \"etc\", \"hostPath\": { \"path\": \"$DV_HOME/etc\", \"type\": \"Directory\" } }]
}
}"
}

# serve_files: all that is needed before anything is changed. If the timer fired, the folder of the hold is gone, and nothing may make
# it again: no undo would find the hold. The manifest is a link into /run: after a reboot it leads nowhere.
serve_files() {
  serve_upstream
  rm -rf "$DV_HOME"
  {
    [ -e "$DH_HOME/table" ] && mkdir "$DV_HOME" "$DV_HOME/etc" && serve_corefile >"$DV_HOME/etc/Corefile" && serve_pod >"$DV_HOME/pod.json" && echo "$SV_AT" >"$DV_HOME/at" &&
      echo "$FX_ROOT$SV_STATIC/fireaxe-dns-hold.yaml" >"$DV_HOME/link" && echo "$DN_DOMAIN" >"$DV_HOME/domain" &&
      if [ "$SV_BY" = nft ]; then printf '%s\n' "$SV_TEXT" >"$DV_HOME/rules.nft"; else
        for SV_T in iptables ip6tables; do
          SV_K=$(serve_tables "$SV_T")
          [ -z "$SV_K" ] || printf '%s\n' "$SV_K" >"$DV_HOME/rules.$SV_T" || return 1
        done
      fi && chmod 755 "$DV_HOME/etc" && chmod 644 "$DV_HOME/etc/Corefile" && echo "$SV_BY" >"$DV_HOME/by.new" && mv -f "$DV_HOME/by.new" "$DV_HOME/by"
  } 2>/dev/null
}

# serve_fired: whether a timer of this step has fired already.
serve_fired() { [ -d "$FX_DIR/off" ]; }

# serve_start: false with SV_WHY. The timer runs already, and the step's end removes what is half made.
serve_start() {
  SV_WHY='its timer fired'
  ! serve_fired || return 1
  SV_WHY="cannot write in $DV_HOME"
  dv_here || serve_files || return 1
  dv_read || return 1
  SV_WHY="cannot take the address $DV_AT"
  dv_take || return 1
  SV_WHY="cannot write $DV_LINK"
  if [ ! -d "${DV_LINK%/*}" ]; then
    { echo 1 >"$DV_HOME/made"; } 2>/dev/null && DV_MADE=1 && mkdir "${DV_LINK%/*}" 2>/dev/null || return 1
    # The kubelet looks for the folder each second, and lists a folder that it watches only when something is new in it.
    sleep 2
  fi
  ! serve_fired && ln -sf "$DV_HOME/pod.json" "$DV_LINK" 2>/dev/null || return 1
  SV_N=0 SV_MOST=$((FX_DEADLINE / 2))
  [ "$SV_MOST" -le 45 ] || SV_MOST=45
  SV_WHY="the static pod of ${SV_IMAGE-its image} did not answer at $DV_AT within ${SV_MOST}s"
  until dv_asked "$DV_LOOP"; do
    SV_N=$((SV_N + 1))
    ! serve_fired && [ "$SV_N" -lt $((SV_MOST * 2)) ] || return 1
    sleep 0.5 2>/dev/null || { sleep 1 && SV_N=$((SV_N + 1)); }
  done
  SV_WHY="the rules that lead questions to $DV_AT cannot be loaded"
  ! serve_fired && dv_lead || return 1
  SV_WHY="the server lives, and does not answer at $DV_AT"
  dv_answers || dv_answers || return 1
  # shellcheck disable=SC2086
  pods_find $DV_AT
  for SV_A in ${PD_ALL:+$DV_AT}; do
    SV_WHY="no pod that was asked here gets an answer at $SV_A: a firewall of this node, or a network policy"
    pods_ask "$SV_A" "hold.fireaxe.svc.$DV_DOMAIN"
    [ "$PD_CODE" = NOERROR ] || return 1
  done
}

# serve_check: before arm_check. If a timer fired meanwhile, its revert may have ended before the server was made: then no file tells of
# address, rules, link and pod any more.
serve_check() {
  serve_fired || return 0
  dh_end
  [ -z "${DV_AT-}" ] || dv_drop || fx_say "a server at $DV_AT may be left here"
}
