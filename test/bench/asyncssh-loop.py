"""What asyncssh takes: connect, run true, close. usage: asyncssh-loop.py HOSTFILE PORT USER KEYFILE KNOWNHOSTS WINDOW"""

import asyncio
import sys

import asyncssh

host_file, port, user, key_file, known_hosts, window = sys.argv[1:]


async def main() -> None:
    with open(host_file, encoding="ascii") as lines:
        hosts = lines.read().split()
    keys = [asyncssh.read_private_key(key_file)]
    known = asyncssh.read_known_hosts(known_hosts)
    places = asyncio.Semaphore(int(window))

    async def one(host: str) -> None:
        async with places:
            options = {"port": int(port), "username": user, "client_keys": keys, "known_hosts": known}
            async with asyncssh.connect(host, agent_path=None, config=None, **options) as connection:
                await connection.run("true", check=True)

    await asyncio.gather(*(one(host) for host in hosts))


asyncio.run(main())
