# How long a server's answer may be kept: of a cache, the seconds that are left of what it has.
# needs: dns/ask common/within
# shellcheck shell=sh

# dns_left ADDRESS NAME: prints the seconds of its first address; nothing where none came, or where nslookup asks, which does not tell it.
# dns_ask reads both.
# shellcheck disable=SC2034
dns_left() {
  case $DN_BY in
    bash) (DN_MOST=512 DN_READ=dns_ttl && dns_ask "$1" "$2") ;;
    dig) within 2 dig +time=2 +tries=1 "@$1" "$2" A 2>/dev/null | awk '$3 == "IN" && $4 == "A" && $2 ~ /^[0-9]+$/ { print $2; exit }' ;;
  esac
}

# dns_ttl TEXT: the bytes of a packet, in decimal, beside how the question ended.
dns_ttl() {
  printf '%s\n' "$1" | awk '
    function past(at) {
      while (byte[at] > 0 && byte[at] < 192) at += byte[at] + 1
      return at + (byte[at] >= 192 ? 2 : 1)
    }
    $1 ~ /^[0-9]+$/ { for (i = 1; i <= NF; i++) byte[count++] = $i + 0 }
    END {
      at = past(12) + 4
      for (n = byte[6] * 256 + byte[7]; n > 0 && at < count; n--) {
        at = past(at)
        if (byte[at + 1] == 1) {
          print ((byte[at + 4] * 256 + byte[at + 5]) * 256 + byte[at + 6]) * 256 + byte[at + 7]
          exit
        }
        at += 10 + byte[at + 8] * 256 + byte[at + 9]
      }
    }'
}
