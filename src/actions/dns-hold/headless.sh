# Headless services of the kit's snapshot, which the plan hands over as IN_HEADLESS: its time, then `ADDRESS [HOST.]NAME.NAMESPACE`.
# They stand in no rule of a node, so nothing here can check their addresses.
# needs: common/result
# shellcheck shell=sh

# headless_names: HL_TABLE are its lines for the table, HL_NAMES how many names. A service that has an address of its own here is
# headless no more: HL_HERE such services are passed over. The hold has names of its own, by which it is known.
headless_names() {
  HL_TABLE='' HL_NAMES=0 HL_HERE=0 HL_AT=''
  [ -n "$IN_HEADLESS" ] || return 0
  HL_TABLE=$(printf '%s= headless\n%s\n' "$DH_TABLE" "$IN_HEADLESS" | awk '
    $0 == "= headless" { mine = 1; next }
    !mine { here[$2] = 1; next }
    NF != 2 || $1 !~ /^[0-9a-f.:]+$/ || $2 !~ /^([a-z0-9-]+[.])?[a-z0-9-]+[.][a-z0-9-]+$/ { next }
    {
      service = $2
      if (split($2, part, ".") == 3) service = part[2] "." part[3]
      if (service ~ /^(hold|cache)[.]fireaxe$/) next
      if (service in here) {
        if (!(service in passed)) over++
        passed[service] = 1
        next
      }
      print
      if (!($2 in seen)) count++
      seen[$2] = 1
    }
    END { print "= " count + 0 " " over + 0 }')
  HL_AT=${IN_HEADLESS%%"$FX_NL"*}
  HL_K=${HL_TABLE##*= }
  HL_TABLE=${HL_TABLE%%= *}
  HL_NAMES=${HL_K% *} HL_HERE=${HL_K#* }
}

# headless_lacks: tells where the hold that stands was made without these.
headless_lacks() {
  [ -n "$IN_HEADLESS" ] || return 0
  HL_AT=${IN_HEADLESS%%"$FX_NL"*}
  ! fx_line "$DH_HOME/headless" || [ "$FX_L" != "$HL_AT" ] || return 0
  fx_line "$DH_HOME/who" || FX_L=''
  fx_say "it was made without the headless services of ${HL_AT#\# }: undo it first${FX_L:+ (fireaxe undo ${FX_L%%/*})}, then hold again"
}

# headless_say: after headless_names.
headless_say() {
  [ -n "$IN_HEADLESS" ] || return 0
  fx_data headless "$HL_NAMES"
  fx_say "$HL_NAMES names of headless services by the kit as of ${HL_AT#\# }: an address may be another pod's now"
  [ "$HL_HERE" -eq 0 ] || {
    fx_data shadowed "$HL_HERE"
    fx_say "of its headless services $HL_HERE have an address of their own here, which counts"
  }
}
