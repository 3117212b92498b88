# Notes each request in `sent`, and answers it with the next line of api/answers, `CODE BODY`; 200 where there is none.
while [ $# -gt 0 ]; do
  case $1 in
    -X) method=$2 && shift ;;
    -H)
      case $2 in Content-Type*) type=${2#* } ;; esac
      shift
      ;;
    -A | -w | --noproxy | --max-time | --unix-socket | --data-binary) shift ;;
    http://localhost*) path=${1#http://localhost} ;;
  esac
  shift
done
body=$(cat)
printf '%s %s %s %s\n' "$method" "${type#application/}" "$path" "$body" >>"$SANDBOX/sent"
answers=$SANDBOX/api/answers
[ -s "$answers" ] || echo '200 {}' >"$answers"
read -r code body <"$answers"
sed -i 1d "$answers"
# Without an answer curl writes no body.
printf '%s\n%s' "$body" "$code"
[ "$code" != 000 ] || exit 56
