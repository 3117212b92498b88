import { accessSync, constants, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

// These are harmless to the machine that runs the lab. A node's script must never find its systemctl, nft or iptables, nor its
// bash, which could ask the real network by /dev/udp.
const NAMES =
  `[ awk base64 basename cat chgrp chmod chown cksum cmp comm cp cut dash date dd df diff dirname du echo
env expand expr false find flock fold getconf grep egrep fgrep gzip gunzip head id install join ln logname ls md5sum mkdir
mkfifo mktemp mv nl nohup nproc od paste pathchk printenv printf pwd readlink realpath rev rm rmdir sed seq setsid sh
sha256sum shasum sleep sort split stat stdbuf stty sum sync tac tail tar tee test time timeout touch tr true truncate tty
uname uniq uptime wc which whoami xargs yes`.split(/\s+/);

const FOLDERS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

/** Fills `dir` with links to the host's ordinary tools: the second half of every node's PATH. */
export function linkRealTools(dir: string): void {
  mkdirSync(dir, { recursive: true });
  for (const name of NAMES) {
    const path = realTool(name);
    if (path) symlinkSync(path, join(dir, name));
  }
}

export function realTool(name: string): string | undefined {
  return FOLDERS.map((folder) => join(folder, name)).find(executable);
}

function executable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
