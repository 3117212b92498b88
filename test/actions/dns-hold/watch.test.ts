import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { watchText } from '../../../src/actions/dns-hold/watch.ts';
import { Sandbox, SHELLS } from '../../node/sandbox.ts';
import { test } from '../../node/sandbox-test.ts';

const tool = (name: string) => readFileSync(join(import.meta.dirname, `../../node/tools/${name}.sh`), 'utf8');

describe.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('a hold that the node ended is in its receipt, and nothing else is left of it', async ({ box }) => {
    const step = join(box.root, 'run/fireaxe/r1/dns-hold');
    box.file('/run/fireaxe/r1/dns-hold/intent', 'x\n');
    box.file('/run/fireaxe/dns-hold/step', `${step}\n`);
    box.file('/run/fireaxe/dns-hold/who', 'r1/dns-hold\n');
    const inputs = `FX_ROOT=$FIREAXE_ROOT DW_ID=r1/dns-hold P_FOR=60 IN_UNTIL=undo\nset -- free\n`;
    const { code } = await box.run(`${inputs}${watchText()}`, shell);
    expect(code).toBe(0);
    expect(existsSync(join(step, 'fired'))).toBe(true);
    expect(existsSync(join(box.root, 'run/fireaxe/dns-hold'))).toBe(false);
  });

  test('a server of which not more than the first files were made is no hindrance', async ({ box }) => {
    box.file('/run/fireaxe/dns-hold/who', 'r1/dns-hold\n');
    box.file('/run/fireaxe/dns-hold/server/by', '');
    const inputs = `FX_ROOT=$FIREAXE_ROOT DW_ID=r1/dns-hold P_FOR=60 IN_UNTIL=undo\nset -- free\n`;
    const { code } = await box.run(`${inputs}${watchText()}`, shell);
    expect(code).toBe(0);
    expect(existsSync(join(box.root, 'run/fireaxe/dns-hold'))).toBe(false);
  });

  test('a watch whose hold was undone ends at once', async ({ box }) => {
    box.file('/run/fireaxe/dns-hold/table', '');
    const inputs = `FX_ROOT=$FIREAXE_ROOT DW_ID=r1/dns-hold P_FOR=60 IN_UNTIL=undo\n`;
    const { code } = await box.run(`${inputs}${watchText()}`, shell);
    expect(code).toBe(0);
    expect(existsSync(join(box.root, 'run/fireaxe/dns-hold/table'))).toBe(true);
  });

  test.each([
    ['ends a server of its own once a CoreDNS behind the service has the API', 'synced', 'knows', false],
    ['keeps it as long as none has it', 'synced', 'other', true],
  ])('%s', async (_title, until, file, stays) => {
    const box = new Sandbox();
    try {
      for (const name of ['nft', 'dig', 'ip']) box.tool(name, tool(name));
      box.tool('sleep', '');
      const home = '/run/fireaxe/dns-hold';
      const link = '/etc/kubernetes/manifests/fireaxe-dns-hold.yaml';
      const files = {
        [`${home}/who`]: 'r1/dns-hold\n',
        [`${home}/server/at`]: '10.96.0.10\n',
        [`${home}/server/link`]: `${join(box.root, link)}\n`,
        [`${home}/server/by`]: 'nft\n',
        [`${home}/server/domain`]: 'cluster.local\n',
        [`${home}/server/etc/Corefile`]: '192.0.2.1 hold.fireaxe.svc.cluster.local\n',
        [link]: '',
        '/addresses': '10.96.0.10\n',
        '/table': 'notrack\n',
        '/kube-proxy/chains':
          'table ip kube-proxy {\n\tchain endpoint-ABCDEFGH-kube-system/kube-dns/udp/dns__10.244.1.2/53 {\n\t}\n}\n',
        '/coredns/10.244.1.2/Corefile': '',
        [`/coredns/10.244.1.2/${file}`]: '',
      };
      for (const [path, text] of Object.entries(files)) box.file(path, text);
      const inputs = `FX_ROOT=$FIREAXE_ROOT DW_ID=r1/dns-hold P_FOR=${stays ? 4 : 60} IN_UNTIL=${until}\n`;
      // Its end by time would end the server, too.
      const watch = stays
        ? watchText().replace(
            /^dns_by\n[\s\S]*$/m,
            'dns_by\nDW_TURN=0 DW_CALM=\nfor i in 1 2 3 4; do dw_turn; done\n',
          )
        : watchText();
      await box.run(`${inputs}${watch}`, shell);
      expect(existsSync(join(box.root, link))).toBe(stays);
      expect(existsSync(join(box.root, 'table'))).toBe(stays);
      expect(existsSync(join(box.root, 'addresses'))).toBe(stays);
      expect(existsSync(join(box.root, home))).toBe(stays);
    } finally {
      box.remove();
    }
  });
});
