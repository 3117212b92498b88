import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { compose } from '../../src/node/compose.ts';
import { library } from '../../src/node/lib/index.ts';
import { type Sandbox, SHELLS } from './sandbox.ts';
import { test } from './sandbox-test.ts';

const script = `FX_ROOT=$FIREAXE_ROOT\nset -f\n${compose(['dns/servers'], library)}\n`;

/** A process that passes for a cache, in the network of the node unless another is given. */
function cache(box: Sandbox, localIp: string, net = 'net:[1]'): void {
  for (const [pid, to] of [
    ['1', 'net:[1]'],
    ['7', net],
  ] as const) {
    mkdirSync(join(box.root, `proc/${pid}/ns`), { recursive: true });
    symlinkSync(to, join(box.root, `proc/${pid}/ns/net`));
  }
  box.file('/proc/7/comm', 'node-cache\n');
  box.file('/proc/7/cmdline', `/node-cache\0-localip\0${localIp}\0-conf\0/etc/Corefile\0`);
  box.file(
    '/proc/7/net/fib_trie',
    '     |-- 169.254.20.10\n        /32 host LOCAL\n     |-- 10.96.0.11\n        /32 link UNICAST\n',
  );
  box.file('/proc/7/net/if_inet6', 'fd0000100000000000000000000000a1 02 40 00 80 nodelocaldns\n');
}

describe.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test.each([
    ['169.254.20.10,10.96.0.10', '169.254.20.10'],
    ['10.96.0.11,169.254.20.10', '169.254.20.10'],
    ['FD00:10::A1', 'FD00:10::A1'],
    ['fd00:10:0:0:0:0:0:a1', 'fd00:10:0:0:0:0:0:a1'],
    ['fd00:10::a2', ''],
    ['10.96.0.11', ''],
    ['', ''],
  ])('of -localip %s, the address that the node has', async (localIp, at) => {
    const { Sandbox } = await import('./sandbox.ts');
    const box = new Sandbox();
    try {
      cache(box, localIp);
      const { stdout } = await box.run(`${script}dns_servers; echo "$DS_ALL $DS_AT"`, shell);
      expect(stdout).toBe(at ? `7 ${at}\n` : ' \n');
    } finally {
      box.remove();
    }
  });

  test('a process in another network does not count, also if it changes its name after it was found', async ({
    box,
  }) => {
    cache(box, '169.254.20.10', 'net:[2]');
    const { stdout } = await box.run(`${script}dns_servers; dns_server 7; echo "$? $DS_ALL $DS_AT"`, shell);
    expect(stdout).toBe('1  \n');
  });

  test('the domain that the kubelet tells, else the usual one', async ({ box }) => {
    const domain = async (text: string) => {
      box.file('/var/lib/kubelet/config.yaml', text);
      return (await box.run(`${script}dns_cache_domain; echo "$DS_DOMAIN"`, shell)).stdout.trim();
    };
    expect(await domain('clusterDNS:\n- 10.96.0.10\nclusterDomain: k8s.corp\n')).toBe('k8s.corp');
    expect(await domain(`clusterDomain: 'k8s.corp' # ours\ncpuManager: x\n`)).toBe('k8s.corp');
    expect(await domain('clusterDomain: "k8s.corp"\n')).toBe('k8s.corp');
    expect(await domain('{"a":1,"clusterDomain":"k8s.corp","clusterDNS":["10.96.0.10"]}')).toBe('k8s.corp');
    expect(await domain('{\n\t"clusterDomain": "k8s.corp"\n}')).toBe('k8s.corp');
    expect(await domain('clusterDomain: ""\ncontainerLogMaxSize: 10Mi\n')).toBe('cluster.local');
    expect(await domain('clusterDomain:\ncontainerLogMaxSize: 10Mi\n')).toBe('cluster.local');
    expect(await domain('clusterDomain: a;b\n')).toBe('cluster.local');
  });
});
