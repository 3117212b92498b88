# The state before a change by iptables: saved, and restored.
# needs: iptables
# shellcheck shell=sh

# ipt_save: saves the chains as files, empty if there are none now.
ipt_save() {
  for IP_T in $IP_TOOLS; do
    IP_TEXT=''
    ! ipt_read "$IP_T" || ipt_text "$IP_NOW" ''
    fx_write "back.$IP_T" "$IP_TEXT" || fx_fail no-receipt "cannot write $FX_DIR/back.$IP_T"
  done
}

# ipt_back: IP_BACK are the commands of the revert. If iptables fails, that does not prove that the chain is gone.
ipt_back() {
  IP_BACK=''
  ipt_jump
  for IP_T in $IP_TOOLS; do
    ipt_away "$IP_T"
    # The file is read when the revert runs: the change before may have been undone meanwhile.
    IP_BACK="$IP_BACK${IP_BACK:+ && }if read -r IP_L <'$FX_DIR/back.$IP_T' && [ -n \"\$IP_L\" ]; then
$IP_T-restore -w --noflush <'$FX_DIR/back.$IP_T' && { $IP_T -w -t $IP_TABLE -C $IP_JUMP 2>/dev/null || $IP_T -w -t $IP_TABLE -I $IP_HOOK 1 ${IP_JUMP#"$IP_HOOK "}; }
else
$IP_W
fi"
  done
}

# ipt_away TOOL: IP_W are the commands that remove the chains.
ipt_away() {
  ipt_jump
  IP_W="while $1 -w -t $IP_TABLE -D $IP_JUMP 2>/dev/null; do :; done
for IP_D in -F -X; do for IP_C in $IP_CHAIN $IP_SUBS; do $1 -w -t $IP_TABLE \$IP_D \$IP_C; done; done 2>/dev/null
IP_L=\$($1 -w -t $IP_TABLE -S) && case \$IP_L in *' $IP_CHAIN'*) false ;; esac"
}

ipt_remove() {
  for IP_T in $IP_TOOLS; do
    ipt_away "$IP_T"
    IP_OUT=$(eval "$IP_W" 2>&1) || fx_fail iptables "$IP_T kept the fence: $IP_OUT"
  done
}

ipt_return() {
  ipt_back
  IP_OUT=$(eval "$IP_BACK" 2>&1) || fx_fail iptables "iptables kept the fence: $IP_OUT"
}
