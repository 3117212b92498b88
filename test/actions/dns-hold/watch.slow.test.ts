import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { watchText } from '../../../src/actions/dns-hold/watch.ts';
import { Sandbox, SHELLS } from '../../node/sandbox.ts';
import { test } from '../../node/sandbox-test.ts';

const tool = (name: string) => readFileSync(join(import.meta.dirname, `../../node/tools/${name}.sh`), 'utf8');

const HOME = '/run/fireaxe/dns-hold';
const LINK = '/etc/kubernetes/manifests/fireaxe-dns-hold.yaml';

const inputs = (until: string) => `FX_ROOT=$FIREAXE_ROOT DW_ID=r1/dns-hold P_FOR=60 IN_UNTIL=${until}\n`;

/** The watch with some looks in place of its loop. */
const turns = (count: number) =>
  watchText().replace(
    /^dns_by\n[\s\S]*$/m,
    `dns_by\nDW_TURN=0 DW_CALM= DW_ILL= DW_VAIN=\nfor i in ${'x '.repeat(count)}; do dw_turn; done\n`,
  );

/** A node with a server of its own, in front of one pod of CoreDNS. */
function ownServer(box: Sandbox): void {
  for (const name of ['nft', 'dig', 'ip']) box.tool(name, tool(name));
  box.tool('sleep', '');
  const files = {
    [`${HOME}/who`]: 'r1/dns-hold\n',
    [`${HOME}/server/at`]: '10.96.0.10\n',
    [`${HOME}/server/link`]: `${join(box.root, LINK)}\n`,
    [`${HOME}/server/by`]: 'nft\n',
    [`${HOME}/server/domain`]: 'cluster.local\n',
    [`${HOME}/server/etc/Corefile`]: '192.0.2.1 hold.fireaxe.svc.cluster.local\n',
    [LINK]: '',
    '/addresses': '10.96.0.10\n',
    '/table': 'notrack\n',
    '/kube-proxy/chains':
      'table ip kube-proxy {\n\tchain endpoint-ABCDEFGH-kube-system/kube-dns/udp/dns__10.244.1.2/53 {\n\t}\n}\n',
  };
  for (const [path, text] of Object.entries(files)) box.file(path, text);
}

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

  test('removes a server of which only the first files were made', async ({ box }) => {
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

  test('questions go by the rules of kube-proxy while the server is silent', async ({ box }) => {
    ownServer(box);
    box.file(`${HOME}/server/rules.nft`, 'table inet fireaxe_dns {\nnotrack\n}\n');
    box.file('/kubelet-stopped', '');
    const state = () => ['table', 'addresses', LINK].map((path) => existsSync(join(box.root, path)));
    await box.run(inputs('undo') + turns(1), shell);
    expect(state()).toEqual([false, true, true]);
    rmSync(join(box.root, 'kubelet-stopped'));
    await box.run(inputs('undo') + turns(1), shell);
    expect(state()).toEqual([true, true, true]);
  });

  test('the end of its time is tried again where nft did not answer', async ({ box }) => {
    ownServer(box);
    const once = `'list tables') [ -e "$SANDBOX/asked" ] || { : >"$SANDBOX/asked" && exit 1; } ;;`;
    box.tool('nft', `case $* in ${once} 'delete table '*) rm "$SANDBOX/table" ;; esac`);
    const { code } = await box.run(inputs('undo').replace('P_FOR=60', 'P_FOR=0') + watchText(), shell);
    expect(code).toBe(0);
    expect(existsSync(join(box.root, HOME))).toBe(false);
  });

  test.each([
    ['ends a server of its own once a CoreDNS behind the service has the API', 'synced', 'knows', false],
    ['keeps it as long as none has it', 'synced', 'other', true],
  ])('%s', async (_title, until, file, stays) => {
    const box = new Sandbox();
    try {
      ownServer(box);
      box.file('/coredns/10.244.1.2/Corefile', '');
      box.file(`/coredns/10.244.1.2/${file}`, '');
      // Its end by time would end the server, too.
      await box.run(inputs(until) + (stays ? turns(4) : watchText()), shell);
      expect(existsSync(join(box.root, LINK))).toBe(stays);
      expect(existsSync(join(box.root, 'table'))).toBe(stays);
      expect(existsSync(join(box.root, 'addresses'))).toBe(stays);
      expect(existsSync(join(box.root, HOME))).toBe(stays);
    } finally {
      box.remove();
    }
  });

  test('ends, too, where what it freed was slow to answer by itself', async ({ box }) => {
    box.file(`${HOME}/who`, 'r1/dns-hold\n');
    const fake = `dns_servers() { DS_ALL=4711; }
dns_server() { DS_KIND=pod; }
dw_synced() { :; }
dh_free() { return 1; }
dh_state() { DW_T=$((\${DW_T:-0} + 1)) DH_STATE=own; [ "$DW_T" -gt 1 ] || DH_STATE=held; }
`;
    const looked = (count: number) =>
      box.run(
        `${inputs('synced')}${turns(count).replace('dns_by\n', `dns_by\n${fake}`)}echo "freed $DW_FREED held $DW_HELD"\n`,
        shell,
      );
    expect((await looked(1)).stdout).toBe('freed 1 held 1\n');
    expect((await looked(2)).stdout).toBe('freed 1 held 0\n');
  });

  test('holds a cache that failed three times in a row, and after a hold in vain tries seldom', async ({
    box,
  }) => {
    box.file(`${HOME}/who`, 'r1/dns-hold\n');
    // A cache by number; what it says by turn: it fails, knows, fails thrice, and then as long as nobody holds it.
    const fake = `dns_servers() { DS_ALL=4711; }
dns_server() { DS_KIND=node-local; }
dh_state() {
  DW_T=$((\${DW_T:-0} + 1)) DH_STATE=fails
  [ "$DW_T" -ne 3 ] || DH_STATE=own
}
dh_hold() {
  echo "turn $DW_T"
  return 1
}
`;
    const { stdout } = await box.run(
      inputs('undo') + turns(40).replace('dns_by\n', `dns_by\n${fake}`),
      shell,
    );
    expect(stdout).toBe('turn 6\nturn 36\n');
  });
});
