# A restart that the kubelet is owed. From before its settings change until it is healthy with them, a file says so: without it, an
# undo that finds the settings as they were would leave a kubelet that still has the ceiling. A reboot removes both.
# needs: common/start
# shellcheck shell=sh

pace_owe() { { : >"$FX_DIR/restart"; } 2>/dev/null; }
pace_owes() { [ -e "$FX_DIR/restart" ]; }
pace_even() { rm -f "$FX_DIR/restart"; }

# pace_owed: PC_OWED is set where an earlier attempt has left that file.
pace_owed() { PC_OWED='' && { ! pace_owes || PC_OWED=1; }; }
