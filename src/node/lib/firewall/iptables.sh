# Where nft is missing: chains of Fireaxe's own in a table of iptables, loaded whole, and one jump to them.
# The jump comes first, and what is let in returns to the rules of others, which hold as before.
# IP_CHAIN is the chain, IP_SUBS one that it leads to, IP_MATCH which packets in IP_HOOK of IP_TABLE are judged:
# those of the fence, unless an action says otherwise.
# needs: common/tools common/write common/result
# shellcheck shell=sh

IP_TABLE=filter IP_HOOK=INPUT IP_CHAIN=FIREAXE IP_SUBS=FIREAXE-IN IP_MATCH=''

# ipt_ports PORTS: IP_MATCH for these.
ipt_ports() {
  IP_MATCH=''
  for FX_K in $1; do IP_MATCH=$IP_MATCH${IP_MATCH:+,}$FX_K; done
  case $IP_MATCH in
    *,*) IP_MATCH="-p tcp -m multiport --dports $IP_MATCH" ;;
    *) IP_MATCH="-p tcp -m tcp --dport $IP_MATCH" ;;
  esac
}

# ipt_tools: IP_TOOLS are the tools of the address families that this node has. Where IPv6 is off, its tool may exist and fail.
ipt_tools() {
  IP_TOOLS='' IP_LACK=''
  for IP_T in iptables ip6tables; do
    # A tool that loaded something must revert it, or the undo fails.
    if fx_has "$IP_T" && fx_has "$IP_T-restore" && IP_OUT=$("$IP_T" -w -t "$IP_TABLE" -S "$IP_HOOK" 2>&1) ||
      [ -e "$FX_DIR/back.$IP_T" ]; then
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

ipt_jump() { IP_JUMP="$IP_HOOK${IP_MATCH:+ $IP_MATCH} -j $IP_CHAIN"; }

# ipt_jumps TOOL: whether the jump is there.
# shellcheck disable=SC2086
ipt_jumps() { ipt_jump && "$1" -w -t "$IP_TABLE" -C $IP_JUMP 2>/dev/null; }

# ipt_read TOOL: IP_NOW is what the chains hold, in the form that iptables-restore reads; false if they are missing.
ipt_read() {
  IP_NOW=''
  IP_OUT=$(for IP_C in $IP_SUBS $IP_CHAIN; do "$1" -w -t "$IP_TABLE" -S "$IP_C" 2>/dev/null || exit 1; done) || return 1
  FX_I=$IFS IFS=$FX_NL
  for FX_K in $IP_OUT; do
    case $FX_K in '-A '*) IP_NOW="$IP_NOW$FX_K$FX_NL" ;; esac
  done
  IFS=$FX_I
  [ -n "$IP_NOW" ] && ipt_jumps "$1"
}

# ipt_there: whether the chains are there for each family that this node has.
ipt_there() {
  for IP_T in $IP_TOOLS; do ipt_read "$IP_T" || return 1; done
}

# ipt_any: whether they are there for at least one family.
ipt_any() {
  for IP_T in $IP_TOOLS; do ! ipt_read "$IP_T" || return 0; done
  return 1
}

# ipt_text BODY JUMP: IP_TEXT makes the chains hold BODY, in one transaction, and touches nothing else.
ipt_text() {
  IP_TEXT="*$IP_TABLE$FX_NL"
  for IP_C in $IP_SUBS $IP_CHAIN; do IP_TEXT="$IP_TEXT:$IP_C - [0:0]$FX_NL"; done
  IP_TEXT="$IP_TEXT$1${2:+-I $IP_HOOK 1 ${2#"$IP_HOOK "}$FX_NL}COMMIT"
}

# ipt_try TOOL: whether it would accept IP_TEXT.
ipt_try() { IP_OUT=$(printf '%s\n' "$IP_TEXT" | "$1-restore" -w --noflush --test 2>&1); }

# ipt_load TOOL: as nft_load.
ipt_load() {
  if [ "$FX_OP" = undo ]; then
    IP_OUT=$(printf '%s\n' "$IP_TEXT" | "$1-restore" -w --noflush 2>&1)
  else
    fx_write "rules.$1" "$IP_TEXT" || fx_fail no-receipt "cannot write $FX_DIR/rules.$1"
    IP_OUT=$("$1-restore" -w --noflush <"$FX_DIR/rules.$1" 2>&1)
  fi || fx_fail iptables "$1 refused: $IP_OUT"
}
