# Where nft is not there: chains of our own in iptables' filter table, loaded whole, and one jump to them.
# The jump comes first, and what is let in returns to the rules of others: theirs hold as before.
# shellcheck shell=sh
# shellcheck disable=SC2034,SC2154

IP_CHAIN=FIREAXE

# ipt_tools: IP_TOOLS are the families that this node has. Where IPv6 is off its tool may be there and fail.
ipt_tools() {
  IP_TOOLS='' IP_LACK=''
  for IP_T in iptables ip6tables; do
    if fx_has "$IP_T" && fx_has "$IP_T-restore" && IP_OUT=$("$IP_T" -w -S INPUT 2>&1); then
      IP_TOOLS="$IP_TOOLS${IP_TOOLS:+ }$IP_T"
    else
      IP_LACK="$IP_LACK${IP_LACK:+ }$IP_T"
    fi
  done
  case $FX_OP:$IP_TOOLS in
    *:iptables*) ;;
    check:* | apply:*) fx_refuse no-tool "neither nft nor iptables works on this node${IP_OUT:+: $IP_OUT}" ;;
    *) fx_fail no-tool "iptables does not work on this node${IP_OUT:+: $IP_OUT}" ;;
  esac
}

ipt_jump() { IP_JUMP="INPUT -p tcp -m tcp --dport $P_PORT -j $IP_CHAIN"; }

# ipt_jumps TOOL: whether the jump is there.
# shellcheck disable=SC2086
ipt_jumps() { ipt_jump && "$1" -w -C $IP_JUMP 2>/dev/null; }

# ipt_read TOOL: IP_NOW is what its chains hold, as iptables-restore takes it; false when there is no fence.
ipt_read() {
  IP_NOW=''
  IP_OUT=$("$1" -w -S "$IP_CHAIN-IN" 2>/dev/null && "$1" -w -S "$IP_CHAIN" 2>/dev/null) || return 1
  FX_I=$IFS IFS=$FX_NL
  for FX_K in $IP_OUT; do
    case $FX_K in '-A '*) IP_NOW="$IP_NOW$FX_K$FX_NL" ;; esac
  done
  IFS=$FX_I
  [ -n "$IP_NOW" ] && ipt_jumps "$1"
}

# ipt_there: whether the fence is there, of each family that this node has.
ipt_there() {
  for IP_T in $IP_TOOLS; do ipt_read "$IP_T" || return 1; done
}

# ipt_any: whether it is there of one family at least.
ipt_any() {
  for IP_T in $IP_TOOLS; do ! ipt_read "$IP_T" || return 0; done
  return 1
}

# ipt_text BODY JUMP: IP_TEXT makes the chains hold that, in one transaction; nothing else is touched.
ipt_text() {
  IP_TEXT="*filter$FX_NL:$IP_CHAIN-IN - [0:0]$FX_NL:$IP_CHAIN - [0:0]$FX_NL$1${2:+-I INPUT 1 ${2#INPUT }$FX_NL}COMMIT"
}

# ipt_try TOOL: whether it would take IP_TEXT.
ipt_try() { IP_OUT=$(printf '%s\n' "$IP_TEXT" | "$1-restore" -w --noflush --test 2>&1); }

# ipt_load TOOL: by way of a file in the receipt.
ipt_load() {
  fx_write "rules.$1" "$IP_TEXT" || fx_fail no-receipt "cannot write $FX_DIR/rules.$1"
  IP_OUT=$("$1-restore" -w --noflush <"$FX_DIR/rules.$1" 2>&1) || fx_fail iptables "$1 refused: $IP_OUT"
}

# ipt_save: the way back as files, empty where there is no fence now.
ipt_save() {
  for IP_T in $IP_TOOLS; do
    IP_TEXT=''
    ! ipt_read "$IP_T" || ipt_text "$IP_NOW" ''
    fx_write "back.$IP_T" "$IP_TEXT" || fx_fail no-receipt "cannot write $FX_DIR/back.$IP_T"
  done
}

# ipt_back: IP_BACK are the commands of the way back. An iptables that fails is no fence that is gone.
ipt_back() {
  IP_BACK=''
  ipt_jump
  for IP_T in $IP_TOOLS; do
    fx_line "$FX_DIR/back.$IP_T"
    if [ -n "$FX_L" ]; then
      IP_W="$IP_T-restore -w --noflush <'$FX_DIR/back.$IP_T' && { $IP_T -w -C $IP_JUMP 2>/dev/null || $IP_T -w -I INPUT 1 ${IP_JUMP#INPUT }; }"
    else
      ipt_away "$IP_T"
    fi
    IP_BACK="$IP_BACK${IP_BACK:+ && }{ $IP_W; }"
  done
}

# ipt_away TOOL: IP_W are the commands that take the chains away.
ipt_away() {
  ipt_jump
  IP_W="while $1 -w -D $IP_JUMP 2>/dev/null; do :; done
for IP_C in -F -X; do $1 -w \$IP_C $IP_CHAIN; $1 -w \$IP_C $IP_CHAIN-IN; done 2>/dev/null
IP_L=\$($1 -w -S) && case \$IP_L in *' $IP_CHAIN'*) false ;; esac"
}

ipt_remove() {
  for IP_T in $IP_TOOLS; do
    ipt_away "$IP_T"
    IP_OUT=$(eval "$IP_W" 2>&1) || fx_fail iptables "$IP_T kept the fence: $IP_OUT"
  done
}

# ipt_undo: as it was before, then the timer off.
ipt_undo() {
  ipt_tools
  ipt_jump
  if [ "${B_table-absent}" = absent ]; then
    IP_K=''
    for IP_T in $IP_TOOLS; do ! "$IP_T" -w -S "$IP_CHAIN" >/dev/null 2>&1 || IP_K=1; done
    [ -n "$IP_K" ] || {
      arm_undo
      FX_STATE=already FX_NOTE='nothing is here to take back'
      return 0
    }
  elif [ ! -e "$FX_DIR/back.iptables" ]; then
    fx_fail no-receipt 'what was here before is not recorded on this node any more'
  fi
  ipt_return
  arm_undo
  fx_say "chain $IP_CHAIN as before: ${B_table-absent}"
}

ipt_return() {
  ipt_back
  IP_OUT=$(eval "$IP_BACK" 2>&1) || fx_fail iptables "iptables kept the fence: $IP_OUT"
}

# ipt_sources TARGET: IP_SET are the addresses that the chain of IP_NOW sends there.
ipt_sources() {
  IP_SET=''
  FX_I=$IFS IFS=$FX_NL
  for FX_K in $IP_NOW; do
    case $FX_K in
      "-A $IP_CHAIN -s "*" $1")
        FX_K=${FX_K#"-A $IP_CHAIN -s "}
        FX_K=${FX_K%% *}
        FX_K=${FX_K%/32}
        IP_SET="$IP_SET${IP_SET:+ }${FX_K%/128}"
        ;;
    esac
  done
  IFS=$FX_I
}

# ipt_kept: TB_KEPT are all whom the fence lets in.
ipt_kept() {
  TB_KEPT=''
  for IP_T in $IP_TOOLS; do
    ipt_read "$IP_T" || continue
    ipt_sources '-j RETURN'
    TB_KEPT="$TB_KEPT $IP_SET"
    ipt_sources "-g $IP_CHAIN-IN"
    TB_KEPT="$TB_KEPT $IP_SET"
  done
}
