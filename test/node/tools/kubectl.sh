# Objects are files under api/; an object that is there can be read and deleted.
while [ $# -gt 0 ]; do
  case $1 in
    --kubeconfig) config=$2 && shift ;;
    --server) server=$2 && shift ;;
    get | delete | create | proxy) verb=$1 ;;
    --raw) path=$2 && shift ;;
    --unix-socket=*) socket=${1#*=} ;;
    -f) file=$2 && shift ;;
  esac
  shift
done
if [ "$verb" = proxy ]; then
  : >"$socket"
  exec sleep 30
fi
# Servers of other hosts.
host=${server#https://} host=${host%:*}
if [ -e "$SANDBOX/servers/$host" ]; then
  [ "$(cat "$SANDBOX/servers/$host")" = ready ] && echo ok && exit 0
  echo "The connection to the server $host:6443 was refused - did you specify the right host or port?" >&2
  exit 1
fi
# Where it listens, when not at every address.
if [ -e "$SANDBOX/api/at" ] && [ "$server" != "https://$(cat "$SANDBOX/api/at"):6443" ]; then
  echo "The connection to the server ${server#https://} was refused - did you specify the right host or port?" >&2
  exit 1
fi
# A word of its wrapper's, whatever comes of it.
[ ! -e "$SANDBOX/api/says" ] || cat "$SANDBOX/api/says" >&2
case $(cat "$config") in
  *expired*)
    echo 'error: You must be logged in to the server (Unauthorized)' >&2
    exit 1
    ;;
esac
if [ -e "$SANDBOX/api/down" ]; then
  rm "$SANDBOX/api/down"
  echo 'Error from server (Timeout): the server was unable to return a response in the time allotted' >&2
  exit 1
fi
if [ -e "$SANDBOX/api/no-plugin" ]; then
  echo 'Unable to connect to the server: getting credentials: exec: executable aws not found' >&2
  exit 1
fi
[ ! -e "$SANDBOX/api/warns" ] || echo 'Warning: apps/v1 DaemonSet is old' >&2
object=$SANDBOX/api/$(echo "$path" | tr '/?=%' '____')
case $verb in
  create)
    if [ -e "$SANDBOX/created" ]; then
      echo 'Error from server (AlreadyExists): daemonsets.apps "agent" already exists' >&2
      exit 1
    fi
    cp "$file" "$SANDBOX/created"
    [ -e "$SANDBOX/api/loses" ] || exit 0
    echo 'Unable to connect to the server: unexpected EOF' >&2
    exit 1
    ;;
esac
[ -e "$object" ] || {
  echo 'Error from server (NotFound): the server could not find the requested resource' >&2
  exit 1
}
cat "$object"
[ "$verb" != delete ] || rm "$object"
