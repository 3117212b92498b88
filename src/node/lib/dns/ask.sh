# One question to one DNS server, by what a bare node has: bash, which sends UDP itself, else dig or nslookup.
# needs: common/within common/has
# shellcheck shell=sh

# The command that asks is run by these words, such as nsenter for the network of a pod.
DN_IN=''

# dns_by: DN_BY is what asks; false where there is nothing.
dns_by() {
  for DN_BY in bash dig nslookup; do ! fx_has "$DN_BY" || return 0; done
  fx_has busybox && busybox nslookup 2>&1 | grep -q -i usage && DN_BY='busybox nslookup'
}

# dns_ask ADDRESS NAME: prints the code of the answer (NOERROR, NXDOMAIN, SERVFAIL, …), `no-answer` or `unreachable`.
dns_ask() {
  case $DN_BY in
    bash)
      dns_packet "$2"
      # bash writes line by line, and the length of a label may be a line break: dd makes one packet of it.
      # At the time limit, dd itself must end: what bash started would live on.
      # shellcheck disable=SC2016,SC2086
      DN_SAID=$({
        {
          within 2 $DN_IN bash -c 'exec 3<>"/dev/udp/$1/53" && printf "$2" | dd obs=512 2>/dev/null >&3 && exec dd bs=512 count=1 <&3' - "$1" "$DN_Q" 2>/dev/null
          echo "end $?" >&3
        } | od -An -v -tu1 -N"${DN_MOST:-4}"
      } 3>&1)
      ${DN_READ:-dns_code} "$DN_SAID"
      ;;
    dig)
      # shellcheck disable=SC2086
      DN_SAID=$(within 2 $DN_IN dig +time=2 +tries=1 "@$1" "$2" A 2>&1)
      case $DN_SAID in *'status: '*) DN_SAID=${DN_SAID#*'status: '} && echo "${DN_SAID%%,*}" ;; *) dns_word "$DN_SAID" ;; esac
      ;;
    *)
      # shellcheck disable=SC2086
      DN_SAID=$(within 2 $DN_IN $DN_BY "$2" "$1" 2>&1)
      dns_word "$DN_SAID"
      ;;
  esac
}

# dns_packet NAME: DN_Q is the question for its address, as a format of printf.
dns_packet() {
  DN_Q='FX\001\000\000\001\000\000\000\000\000\000' DN_I=$IFS IFS=.
  for DN_L in $1; do DN_Q=$DN_Q$(printf '\\%03o%s' ${#DN_L} "$DN_L"); done
  IFS=$DN_I DN_Q=$DN_Q'\000\000\001\000\001'
}

# dns_code TEXT: by the first four bytes of the answer, in decimal, beside how the question ended.
dns_code() {
  case $1 in *'end 0'* | *'end 124'*) ;; *) echo unreachable && return 0 ;; esac
  # shellcheck disable=SC2046
  set -- $(printf '%s\n' "$1" | sed -n 's/^ *\(70 *88 *[0-9]* *[0-9]*\) *$/\1/p')
  [ $# -eq 4 ] || { echo no-answer && return 0; }
  case $(($4 % 16)) in
    0) echo NOERROR ;;
    2) echo SERVFAIL ;;
    3) echo NXDOMAIN ;;
    5) echo REFUSED ;;
    *) echo "RCODE$(($4 % 16))" ;;
  esac
}

# dns_word TEXT: what the text of a tool means.
dns_word() {
  case $1 in
    *NXDOMAIN*) echo NXDOMAIN ;;
    *SERVFAIL*) echo SERVFAIL ;;
    *REFUSED*) echo REFUSED ;;
    *'onnection refused'* | *unreachable*) echo unreachable ;;
    *Name:*Address*) echo NOERROR ;;
    *) echo no-answer ;;
  esac
}
