import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { parse } from 'yaml';
import corefile from '../../src/node/lib/dns/corefile.sh';
import { type Sandbox, SHELLS } from './sandbox.ts';
import { test } from './sandbox-test.ts';

const manifests = readFileSync(join(import.meta.dirname, '../cluster/manifests/coredns.yaml'), 'utf8');
const KUBEADM: string = manifests
  .split('\n---\n')
  .map((text) => parse(text))
  .find(({ kind }) => kind === 'ConfigMap').data.Corefile;
const TABLE = '10.96.0.1 kubernetes.default\nfd00::1 web.shop\n';
const NAMES = `        10.96.0.1 kubernetes.default.svc.cluster.local
        fd00::1 web.shop.svc.cluster.local
`;
const BLOCK = `    hosts /dev/null {
${NAMES}        ttl 5
        no_reverse
        fallthrough
    }
`;

async function withTable(box: Sandbox, shell: string[], text: string, cache = '') {
  box.file('/Corefile', text);
  box.file('/table', cache ? `${TABLE}192.0.2.1 hold.fireaxe\n` : TABLE);
  const { stdout } = await box.run(
    `${corefile}\ncorefile_with cluster.local "$FIREAXE_ROOT/table" ${cache} <"$FIREAXE_ROOT/Corefile"; echo "= $?"`,
    shell,
  );
  return stdout;
}

/** The Corefile of NodeLocal DNSCache as its manifest has it, after it filled in the addresses. */
const zone = (head: string, cache: string, to: string) => `${head}:53 {
    errors
    ${cache}
    reload
    loop
    bind 169.254.20.10 10.96.0.10
    forward . ${to} {
            force_tcp
    }
    prometheus :9253
    }
`;
const REFINED = `cache {
            success 9984 30
            denial 9984 5
    }`;
const rest = ['in-addr.arpa', 'ip6.arpa'].map((head) => zone(head, 'cache 30', '10.96.0.99')).join('');
const NODE_LOCAL = `${zone('cluster.local', REFINED, '10.96.0.99')}${rest}${zone('.', 'cache 30', '/etc/resolv.conf')}`;
const CACHE_BLOCK = BLOCK.replace(
  '        ttl 5',
  '        192.0.2.1 cache.fireaxe.svc.cluster.local\n        ttl 5',
);

describe.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('puts the table before the plugin kubernetes and leaves out reload', async ({ box }) => {
    const held = KUBEADM.replace('    kubernetes ', `${BLOCK}    kubernetes `).replace('    reload\n', '');
    expect(await withTable(box, shell, KUBEADM)).toBe(`${held}= 0\n`);
  });

  test('adds to a hosts block of its own, and only in the server block that has the cluster', async ({
    box,
  }) => {
    const own = `# the cluster
cluster.local:53 {
    hosts custom.hosts { # ours
        192.168.1.1 host.internal
        fallthrough
    }
    kubernetes cluster.local
    reload 10s
}
example.com {
    hosts
    forward . 9.9.9.9
}
`;
    const held = own.replace('{ # ours\n', `{\n${NAMES}`).replace('    reload 10s\n', '');
    expect(await withTable(box, shell, own)).toBe(`${held}= 0\n`);
  });

  test('fails where no server block has the plugin', async ({ box }) => {
    expect(
      await withTable(box, shell, '.:53 {\n    # kubernetes cluster.local\n    import k8s\n}\n'),
    ).toMatch(/= 1\n$/);
  });

  test('of a cache: in the block nearest to the names alone, which also answers by what it had', async ({
    box,
  }) => {
    const text = `${zone('corp.example', 'cache 30', '192.0.2.53')}${NODE_LOCAL}`;
    const held = text
      .replaceAll('    reload\n', '')
      .replace('cache {\n', 'cache {\n        serve_stale\n')
      .replace('    forward . 10.96.0.99 ', `${CACHE_BLOCK}    forward . 10.96.0.99 `);
    expect(await withTable(box, shell, text, 'stale')).toBe(`${held}= 0\n`);
    const plain = held.replace('        serve_stale\n', '');
    expect(await withTable(box, shell, text, 'plain')).toBe(`${plain}= 0\n`);
  });

  test('of a cache with one block for all names, or two on other ports', async ({ box }) => {
    const own = (head: string) =>
      `${head} {\n    cache 30\n    bind 169.254.25.10\n    forward . 10.96.0.3\n}\n`;
    const held = (head: string) =>
      own(head)
        .replace('cache 30\n', 'cache 30 {\n        serve_stale\n    }\n')
        .replace('    forward', `${CACHE_BLOCK}    forward`);
    expect(await withTable(box, shell, own('.'), 'stale')).toBe(`${held('.')}= 0\n`);
    const others = own('cluster.local:5353') + own('dns://b.example, Cluster.Local.');
    expect(await withTable(box, shell, others, 'stale')).toBe(
      `${own('cluster.local:5353')}${held('dns://b.example, Cluster.Local.')}= 0\n`,
    );
    const stale = own('.').replace('cache 30\n', 'cache 30 {\n        serve_stale 2h\n    }\n');
    expect(await withTable(box, shell, stale, 'stale')).toBe(
      `${stale.replace('    forward', `${CACHE_BLOCK}    forward`)}= 0\n`,
    );
  });

  test('fails of a cache that forwards none of the names', async ({ box }) => {
    const text = `${zone('corp.example', 'cache 30', '192.0.2.53')}cluster.local {\n    errors\n}\n`;
    expect(await withTable(box, shell, text, 'stale')).toMatch(/= 1\n$/);
  });
});
