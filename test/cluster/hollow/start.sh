#!/bin/sh
# start.sh NAME ADDRESS GATEWAY MACHINE-ID TURN: starts a hollow node in its own network and PID namespace.
set -e
name=$1 address=$2 gateway=$3
link=n${address##*.}
ip netns add "$name"
ip link add "$link" type veth peer name e0 netns "$name"
ip link set "$link" master nodes up
ip -n "$name" link set lo up
ip -n "$name" addr add "$address/24" dev e0
ip -n "$name" link set e0 up
ip -n "$name" route add default via "$gateway"
systemd-run -q --unit="$name" ip netns exec "$name" \
  unshare --mount --pid --uts --fork --mount-proc --kill-child sh /opt/cluster/hollow/node.sh "$name" "$4" "$5"
