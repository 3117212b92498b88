"""What parallel-ssh over libssh2 takes; it does not check host keys.
usage: parallel-ssh-loop.py HOSTFILE PORT USER KEYFILE WINDOW"""

import sys

from pssh.clients import ParallelSSHClient

host_file, port, user, key_file, window = sys.argv[1:]
with open(host_file, encoding="ascii") as lines:
    hosts = lines.read().split()
client = ParallelSSHClient(
    hosts, user=user, port=int(port), pkey=key_file, pool_size=int(window), allow_agent=False, timeout=120
)
output = client.run_command("true")
client.join(output)
sys.exit(0 if all(one.exit_code == 0 for one in output) else 1)
