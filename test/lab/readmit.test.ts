import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Lab } from './lab.ts';
import { give, type Order } from './orders.ts';
import { serverScript, unit } from './streams.ts';

const CLIENTS = 40;
const RATE = 5;
let lab: Lab;
const node = process.execPath;
const sh = async (command: string, at = 'cp1') => (await lab.at(at).sh(command)).stdout.trim();

/** Clients with an address each, as a node's agents behave: they dial for 3 s, and again after a moment. Every event is a line. */
const crowd = `
import { connect } from 'node:net';
import { appendFileSync } from 'node:fs';
const [host, prefix, count, file] = process.argv.slice(2);
const say = (i, what) => appendFileSync(file, [i, what, Date.now()].join(' ') + '\\n');
const dial = (i) => {
  const s = connect({ host, port: 6443, localAddress: prefix + (100 + i) });
  let why = 'end';
  const dead = setTimeout(() => { why = 'silent'; s.destroy(); }, 3000);
  s.on('connect', () => say(i, 'up'));
  s.on('data', () => dead.refresh());
  s.on('error', (e) => { why = e.code; });
  s.on('close', () => { clearTimeout(dead); say(i, why); setTimeout(dial, Math.random() * 1000, i); });
};
say('-', 'began');
for (let i = 0; i < Number(count); i++) dial(i);
`;

beforeAll(async () => {
  const files = {
    '/opt/server.mjs': serverScript,
    '/opt/crowd.mjs': crowd,
    '/etc/systemd/system/api.service': unit(`${node} /opt/server.mjs`),
  };
  lab = await Lab.up([
    { name: 'cp1', files },
    { name: 'w1', files },
  ]);
  await sh('systemctl start api');
  await sh(`for i in $(seq 100 ${99 + CLIENTS}); do ip addr add ${lab.net}.$i/24 dev host0; done`, 'w1');
});
afterAll(() => lab?.down());

interface Event {
  client: string;
  what: string;
  at: number;
}

async function events(): Promise<Event[]> {
  const lines = (await sh('cat /tmp/crowd', 'w1')).split('\n').map((line) => line.split(' '));
  return lines.map(([client = '', what = '', at]) => ({ client, what, at: Number(at) }));
}

describe('readmit at a pace', () => {
  test('40 clients at 5 a second: all are in after a while, none is refused, never faster', async () => {
    const params = { timer: '300s', rate: RATE };
    const fence = (order: Order) => give(lab, 'cp1', 'fence', params, order);
    const clients = Array.from({ length: CLIENTS }, (_, i) => `${lab.net}.${100 + i}`).join(',');
    const readmit = (order: Order) => give(lab, 'cp1', 'readmit', { clients }, order);
    const apply = await fence({ op: 'apply', run: 'f' });
    expect(apply.result).toMatchObject({ state: 'changed' });
    await fence({ op: 'keep', run: 'f' });
    const batch = await readmit({ op: 'apply', run: 'r' });
    expect(batch.result).toMatchObject({ state: 'changed', before: { added: String(CLIENTS) } });

    await sh(
      `systemd-run --unit=crowd ${node} /opt/crowd.mjs ${lab.at('cp1').spec.address} ${lab.net}. ${CLIENTS} /tmp/crowd`,
      'w1',
    );
    const up = async () => (await events()).filter((e) => e.what === 'up');
    await expect
      .poll(async () => new Set((await up()).map((e) => e.client)).size, { timeout: 60_000, interval: 500 })
      .toBe(CLIENTS);
    const all = await events();
    // Dropped, so that TCP and the client try again: nobody is told no, and who is in stays in.
    expect(all.filter((e) => e.what === 'ECONNREFUSED' || e.what === 'ECONNRESET')).toEqual([]);
    const ups = await up();
    expect(ups).toHaveLength(CLIENTS);
    const began = all.find((e) => e.what === 'began')!.at;
    ups.forEach(({ at }, i) => {
      const allowed = RATE + (RATE * (at - began)) / 1000 + 1;
      expect(i + 1, `after ${at - began} ms`).toBeLessThanOrEqual(allowed);
    });
    expect(all.filter((e) => e.what === 'silent').length).toBeGreaterThan(0);

    // After the undo each client of the batch loses its stream, on both sides.
    const undo = await readmit({ op: 'undo', run: 'r', before: batch.result!.before! });
    expect(undo.result).toMatchObject({ state: 'changed' });
    await expect
      .poll(
        async () =>
          new Set((await events()).filter((e) => e.what === 'ECONNREFUSED').map((e) => e.client)).size,
        {
          timeout: 10_000,
        },
      )
      .toBe(CLIENTS);
    expect(await sh("ss -Htn state established '( sport = :6443 )' | wc -l")).toBe('0');
    await fence({ op: 'undo', run: 'f', before: apply.result!.before! });
    expect(await sh('nft list tables')).not.toContain('fireaxe');
  });
});
