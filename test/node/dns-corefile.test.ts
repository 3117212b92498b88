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

async function withTable(box: Sandbox, shell: string[], text: string) {
  box.file('/Corefile', text);
  box.file('/table', TABLE);
  const { stdout } = await box.run(
    `${corefile}\ncorefile_with cluster.local "$FIREAXE_ROOT/table" <"$FIREAXE_ROOT/Corefile"; echo "= $?"`,
    shell,
  );
  return stdout;
}

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
});
