# The fence's two places: at the API servers' hosts (hosts.sh), or where the clients run (clients.sh).
# needs: hosts clients
# shellcheck shell=sh

NF_TABLE=fireaxe
if [ "$P_ON" = nodes ]; then
  # A machine may be both: the two fences are independent.
  NF_TABLE=fireaxe_clients
  AR_PENDING=$FX_HOME/fence-nodes.armed
  # A former table may name a cgroup that is gone: then no fence is better than one that stays forever.
  NF_ELSE="nft delete table inet $NF_TABLE"
fi

act_look() { "${P_ON}_look"; }
act_apply() { "${P_ON}_apply"; }
act_verify() { "${P_ON}_verify"; }
act_undo() { "${P_ON}_undo"; }
