import { afterAll, beforeAll, expect, test } from 'vitest';
import { Lab } from './lab.ts';
import { give } from './orders.ts';

let lab: Lab;
const sh = async (at: string, command: string) => (await lab.at(at).sh(command)).stdout.trim();

beforeAll(async () => {
  lab = await Lab.up([{ name: 'cp1' }, { name: 'w1' }]);
  await sh('w1', 'mv /usr/bin/systemd-run /usr/bin/systemd-run.off');
});
afterAll(() => lab?.down());

test.each([
  ['by systemd', 'cp1', 'fence', {}],
  ['detached', 'w1', 'cordon', { port: '8080' }],
] as const)(
  'somebody removes /run/fireaxe: the timer, %s, reverts the change anyway',
  async (_how, at, action, params) => {
    const apply = await give(lab, at, action, { ...params, timer: '10s' }, { op: 'apply', run: 'g1' });
    expect(apply.result).toMatchObject({ state: 'changed' });
    expect(await sh(at, 'nft list tables')).not.toBe('');
    // Made anew, systemd reads its timers from their files.
    await sh(at, 'rm -rf /run/fireaxe; systemctl daemon-reload');
    await expect.poll(() => sh(at, 'nft list tables'), { timeout: 60_000 }).toBe('');
  },
);
