import { plainKey } from '../transport/known-hosts/line.ts';

export interface PrintedKey {
  keyType: string;
  key: Buffer;
}

/** The command that prints the host keys of the sshd on a machine, one a line. */
export const PRINT_KEYS = `PATH=$PATH:/usr/sbin:/sbin:/usr/local/sbin
keys=$(sshd -T 2>/dev/null | sed -n 's/^hostkey //p')
[ -n "$keys" ] || keys=$(ls /etc/ssh/ssh_host_*_key 2>/dev/null)
for key in $keys; do cut -d ' ' -f 1,2 "$key.pub"; done 2>/dev/null
[ -n "$keys" ]`;

/** Public keys, one a line; other lines are left out. */
export function printedKeys(text: string): PrintedKey[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const [keyType = '', base64 = ''] = line.trim().split(/\s+/);
    if (!/^(ssh|ecdsa|sk)-/.test(keyType)) return [];
    const key = plainKey(keyType, base64);
    return typeof key === 'string' ? [] : [{ keyType, key }];
  });
}

const BLOCK = /-----BEGIN SSH HOST KEY KEYS-----([\s\S]*?)-----END SSH HOST KEY KEYS-----/g;

/**
 * The host keys that cloud-init writes to the console at a boot. A process of the machine may write there, too: blocks that
 * contradict each other count as none.
 */
export function consoleKeys(output: string): PrintedKey[] | 'contradiction' {
  // Prefixes of cloud-init and the kernel: `[   12.3] cloud-init[500]: `, `ec2: `.
  const bare = output.replace(/^.*?(?=(?:ssh|ecdsa|sk)-\S+ AAAA|-----(?:BEGIN|END) SSH HOST)/gm, '');
  const byType = new Map<string, Buffer>();
  for (const [, block = ''] of bare.matchAll(BLOCK))
    for (const { keyType, key } of printedKeys(block)) {
      if (byType.get(keyType)?.equals(key) === false) return 'contradiction';
      byType.set(keyType, key);
    }
  return [...byType].map(([keyType, key]) => ({ keyType, key }));
}
