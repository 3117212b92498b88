# What of a node cannot be read, however often it is tried.
# shellcheck shell=sh

LD_UNREAD=''

# load_unread WHAT WHY: without the characters that separate them.
load_unread() { LD_UNREAD="$LD_UNREAD${LD_UNREAD:+;}$1=$2"; }
