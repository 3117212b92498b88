import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { readingLines } from '../../src/cli/format/reading.ts';
import { readInForce } from '../../src/probe/in-force.ts';
import { readCluster } from '../../src/probe/read.ts';
import { ArmedNode, WAYS, WAYS_BY_SHELL } from '../node/armed-node.ts';
import { context, fleetNode, target } from '../node/sandbox.ts';
import { test } from '../node/sandbox-test.ts';

const PLANES = [fleetNode({ name: 'cp1', roles: ['control-plane'], address: '10.0.0.1' })];
const fence = WAYS.find(({ name }) => name === 'fence on hosts')!;

async function read(node: ArmedNode) {
  const reading = await readCluster(
    {
      now: () => new Date(),
      context: context(PLANES),
      async reach(targets, script) {
        const ran = await node.box.run(script.textFor(targets[0]!, 'ssh'), node.shell);
        const quiet = { stdout: '', stderr: ran.stderr, truncated: false, startedAt: '', endedAt: '' };
        return [{ target: 'cp1', state: 'ok', ...quiet, ...(ran.result && { result: ran.result }) }];
      },
    },
    [target({ name: 'cp1', roles: ['control-plane'] })],
  );
  return {
    inForce: reading.servers[0]!.inForce,
    readyz: reading.servers[0]!.readyz,
    text: readingLines(reading).join('\n'),
  };
}

/** A well server, before which three `ok` would read like an all-clear. */
function well(node: ArmedNode): void {
  node.box.file('/etc/kubernetes/admin.conf', 'x');
  node.box.tool('kubectl', 'echo ok');
  // The fake one answers a listing of all tables by the one that it has.
  if (!node.way.iptables) {
    const list = `case $* in 'list tables') [ -e "$SANDBOX/table" ] && sed -n 's/^\\(table inet [a-z_]*\\) .*/\\1/p' "$SANDBOX/table"; exit ;; esac`;
    node.wrap('nft', list);
  }
}

describe.concurrent.each(WAYS_BY_SHELL)('%s', (_name, shell, ways) => {
  test.for(ways.filter(({ name }) => name !== 'fence on nodes'))(
    '$name: said since when, by which run, until when',
    async (way, { box }) => {
      const node = new ArmedNode(box, shell, way);
      well(node);
      expect((await read(node)).inForce).toBeUndefined();
      const first = await node.order('apply', 'run-1');
      const kind = way.action === 'fence' ? 'fenced' : 'cordoned';
      const armed = await read(node);
      expect(armed.readyz).toBe('ok');
      expect(armed.inForce).toMatchObject([{ kind, run: 'run-1', step: 's1' }]);
      const [{ since, until } = {}] = armed.inForce!;
      expect(Math.abs(Date.parse(since!) - Date.now())).toBeLessThan(60_000);
      expect(Date.parse(until!)).toBeGreaterThan(Date.now() + 60_000);
      expect(armed.text).toMatch(
        new RegExp(
          `${kind.toUpperCase()} on cp1 since .*Z by run run-1, step s1; reverts at .*Z unless kept`,
        ),
      );
      expect(armed.text).toMatch(new RegExp(`1 of 1 API servers answer, ${kind.toUpperCase()}`));

      await node.order('keep', 'run-1');
      const kept = await read(node);
      expect(kept.inForce).toMatchObject([{ kind, run: 'run-1', kept: true }]);
      expect(kept.text).toContain('stays until it is undone\nnext: fireaxe timeline run-1');

      // One over it is the one that stands.
      const second = await node.order('apply', 'run-2', { params: way.other });
      expect((await read(node)).inForce).toMatchObject([{ kind, run: 'run-2' }]);
      await node.order('undo', 'run-2', { params: way.other, before: second });
      expect((await read(node)).inForce).toMatchObject([{ kind, run: 'run-1', kept: true }]);

      // Somebody removed the receipts: it stands all the same.
      rmSync(join(box.root, 'run/fireaxe'), { recursive: true });
      expect((await read(node)).text).toContain('on cp1: the receipt of the run that made it is gone');
      mkdirSync(join(box.root, 'run/fireaxe'));
      await node.order('undo', 'run-1', { before: first });
      expect((await read(node)).inForce).toBeUndefined();
    },
  );

  test('a paused component', async ({ box }) => {
    const node = new ArmedNode(box, shell, fence);
    well(node);
    const aside = join(box.root, 'etc/kubernetes/fireaxe-paused');
    mkdirSync(aside, { recursive: true });
    writeFileSync(join(aside, 'kube-controller-manager.yaml'), 'x');
    writeFileSync(
      join(aside, '.kube-controller-manager.yaml.note'),
      'run-3/pause\ncontroller_manager\nin /etc/x\n',
    );
    const paused = await read(node);
    expect(paused.inForce).toEqual([
      { kind: 'paused', what: 'kube-controller-manager', run: 'run-3', step: 'pause' },
    ]);
    expect(paused.text).toContain(
      'PAUSED kube-controller-manager on cp1 by run run-3, step pause; stays until it is undone',
    );
    expect(paused.text).toContain('1 of 1 API servers answer, PAUSED');
  });

  test('a paused component that systemd runs, while its unit is masked', async ({ box }) => {
    const node = new ArmedNode(box, shell, fence);
    well(node);
    box.file('/run/fireaxe/paused-kube-scheduler', 'run-3/pause kube-scheduler.service\n');
    expect((await read(node)).inForce).toBeUndefined();
    const masks = join(box.root, 'run/systemd/system.control');
    mkdirSync(masks, { recursive: true });
    symlinkSync('/dev/null', join(masks, 'kube-scheduler.service'));
    expect((await read(node)).inForce).toEqual([
      { kind: 'paused', what: 'kube-scheduler', run: 'run-3', step: 'pause' },
    ]);
  });

  test('a tool that hangs or refuses does not end the reading', async ({ box }) => {
    const node = new ArmedNode(box, shell, fence);
    well(node);
    box.tool('nft', 'echo "Operation not permitted" >&2; exit 1');
    box.tool('iptables', 'exec sleep 60');
    expect(await read(node)).toMatchObject({ readyz: 'ok', inForce: undefined });
  });
});

test('a word of a node never stands in a command as it came', () => {
  const at = new Date('2026-11-29T12:00:00Z');
  expect(readInForce({ fenced: '$(reboot)/s1 12 5', paused: 'a;b r/s ? ?' }, at)).toEqual([
    { kind: 'fenced', since: '1970-01-01T00:00:12Z', until: '2026-11-29T12:00:05Z' },
    { kind: 'paused', run: 'r', step: 's' },
  ]);
});
