import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/main.ts';
import { fleetOf, makeKit, NODES } from '../kit/make-kit.ts';
import { quietIo } from './quiet-io.ts';

it.each(['1e1', '0x10', ' 5', '', '-1', '1.5', '٣'])('refuses --parallel %j', async (typed) => {
  const { io, said } = quietIo();
  const words = ['exec', '--kit', '/nowhere', '--reason', 'x', '--yes', `--parallel=${typed}`, '--', 'id'];
  expect(await runCommandLine(words, io)).toBe(2);
  expect(said.stderr).toContain('not a number of nodes');
});

it('an IPv6 address stands in brackets before its port', async () => {
  const nodes = [{ ...NODES[0], address: '2001:db8::11' }, NODES[1]!];
  const kit = makeKit({ 'fleet/c1.json': JSON.stringify(fleetOf(nodes)) });
  const { io, said } = quietIo();
  expect(await runCommandLine(['nodes', '--kit', kit], io)).toBe(0);
  expect(said.stdout).toMatch(/ \[2001:db8::11\]:1 +ssh\n.* 127\.0\.0\.2:1 +ssh\n/);
  rmSync(kit, { recursive: true });
});

it('refuses a probe of nodes without an API server', async () => {
  const kit = makeKit();
  for (const chosen of [
    ['-l', 'role=worker'],
    ['--nodes', 'n1'],
  ]) {
    const { io, said } = quietIo();
    expect(await runCommandLine(['probe', '--kit', kit, ...chosen], io)).toBe(2);
    expect(said.stderr).toContain('the selection has no control-plane node');
    expect(said.stderr).toContain(`next: fireaxe nodes -c c1 -l role=control-plane --kit ${kit}`);
  }
  rmSync(kit, { recursive: true });
});
