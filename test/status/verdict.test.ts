import { describe, expect, test } from 'vitest';
import type { ClusterReading, ServerReading } from '../../src/probe/types.ts';
import { sparkline, trendLines } from '../../src/status/trend.ts';
import type { Standing, Status } from '../../src/status/types.ts';
import { verdictOf } from '../../src/status/verdict.ts';

const server = (
  node: string,
  readyz: ServerReading['readyz'],
  over: Partial<ServerReading> = {},
): ServerReading => ({
  ...{ node, reached: true, livez: readyz, readyz, failing: [], ...over },
});
function reading(...servers: ServerReading[]): ClusterReading {
  return { at: '', servers, answering: servers.filter((s) => s.readyz === 'ok').length, of: servers.length };
}
const READY = reading(server('cp1', 'ok'), server('cp2', 'ok'));
const DOWN = reading(server('cp1', 'no-answer'), server('cp2', 'no-answer'));
const HOLD = 'fireaxe stop -c c --process telemetryd --reason x';
const offender = { name: 'telemetryd', command: HOLD };
const stands = (action: string, over: Partial<Standing> = {}): Standing => ({
  action,
  nodes: ['n1'],
  run: 'r1',
  step: 's',
  seen: 'stands',
  ...over,
});
const verdict = (servers: ClusterReading, standing: Standing[] = [], by?: typeof offender) =>
  verdictOf({ cluster: 'c', servers, standing, offender: by });

describe('the verdict', () => {
  test('healthy, with no next command', () => {
    expect(verdict(READY)).toEqual({
      state: 'healthy',
      text: '2 of 2 API servers are ready, and nothing stands out',
    });
  });

  test('ready behind a fence is not an all-clear: the clients come back next', () => {
    const { state, text, next } = verdict(READY, [stands('pause'), stands('fence')]);
    expect([state, text]).toEqual([
      'in-force',
      '2 of 2 API servers are ready, with changes in force: not an all-clear; in force: pause, fence',
    ]);
    expect(next).toMatch(/^fireaxe readmit -c c --batch 25%/);
    expect(verdict(READY, [stands('stop')]).next).toBe('fireaxe undo r1 --dry-run');
    // Nothing tells by which run it could be undone.
    expect(verdict(READY, [{ action: 'fence', nodes: ['cp1'], seen: 'no-receipt' }])).toMatchObject({
      state: 'in-force',
    });
  });

  test('down: hold the offender; is it held, fence; is it fenced, watch', () => {
    expect(verdict(DOWN, [], offender)).toMatchObject({ state: 'down', next: HOLD });
    expect(verdict(DOWN, [], offender).text).toBe(
      'the control plane is down: 0 of 2 API servers are ready; telemetryd stands out among its clients',
    );
    expect(verdict(DOWN, [stands('stop')], offender).next).toMatch(/^fireaxe fence -c c --pause-controllers/);
    expect(verdict(DOWN, [stands('stop'), stands('fence')], offender).next).toBe(
      'fireaxe status -c c --watch 5s',
    );
    expect(verdict(DOWN, [stands('stop')]).next).toBe('fireaxe status -c c --watch 5s');
    // They have recovered, and what is held still looks like an offender.
    expect(verdict(READY, [stands('stop')], offender).next).toBe('fireaxe status -c c --watch 5s');
    expect(verdict(DOWN).next).toBe('fireaxe who -c c --sample all');
  });

  test('down and held: a server that does not even listen is started first', () => {
    const refused = { note: 'The connection to the server 127.0.0.1:6443 was refused' };
    const dead = reading(server('cp1', 'ok'), server('cp2', 'no-answer', refused));
    const start = "fireaxe start -c c --reason 'the API servers are dead'";
    expect(verdict(dead, [stands('stop')], offender).next).toBe(start);
    expect(verdict(dead, [stands('fence')]).next).toBe(start);
    // The flood would kill it again.
    expect(verdict(dead, [], offender).next).toBe(HOLD);
    expect(verdict(dead).next).toBe('fireaxe who -c c --sample all');
  });

  test('degraded: one server of two, errors, an offender on a control plane that still answers', () => {
    expect(verdict(reading(server('cp1', 'ok'), server('cp2', 'failing')))).toMatchObject({
      state: 'degraded',
    });
    const errors = reading(server('cp1', 'ok', { requests: 100, errors: 40 }));
    expect(verdict(errors).text).toContain('40% of their answers are errors');
    expect(verdict(READY, [], offender)).toMatchObject({ state: 'degraded', next: HOLD });
  });

  test('an etcd over its quota comes before everything else', () => {
    const full = reading(server('cp1', 'ok', { etcd: 'failing', etcdAlarms: ['NOSPACE'] }));
    expect(verdict(full, [], offender)).toMatchObject({
      state: 'degraded',
      next: 'fireaxe run etcd-nospace -c c',
    });
  });

  test('no host reached: nothing is known, which is not down', () => {
    expect(verdict(reading(server('cp1', 'no-answer', { reached: false })))).toMatchObject({
      state: 'unknown',
    });
  });

  test('a DNS that answers hardly anybody is not an all-clear', () => {
    const found = (percent: number) =>
      verdictOf({ cluster: 'c', servers: READY, standing: [], dns: { percent } });
    expect(found(100).state).toBe('healthy');
    expect(found(40)).toEqual({
      state: 'degraded',
      text: "2 of 2 API servers are ready, but only 40% of the questions to the cluster's DNS were answered",
      next: 'fireaxe status -c c --sample all',
    });
  });

  test('a certificate that ends soon is told on a healthy cluster', () => {
    const servers = {
      ...reading(server('cp1', 'ok', { vitals: { clients: [], servedUntil: '2026-12-10T12:00:00Z' } })),
      at: '2026-11-29T12:00:00Z',
    };
    expect(verdict(servers).text).toBe(
      '1 of 1 API servers are ready, and nothing stands out; a certificate expires in 11 days',
    );
  });

  test('a change removed by hand is told on a healthy cluster', () => {
    expect(verdict(READY, [stands('fence', { seen: 'gone' })])).toMatchObject({
      state: 'healthy',
      next: 'fireaxe verify r1',
    });
  });
});

test('a sparkline has one bar a reading, and a gap where nothing is known', () => {
  expect(sparkline([0, 1, 2, undefined, 3], 3)).toBe('▁▃▆ █');
  expect(
    sparkline(
      Array.from({ length: 50 }, () => 1),
      1,
    ),
  ).toHaveLength(40);
});

test('a trend needs two readings', () => {
  const status = (servers: ClusterReading) => ({ servers }) as Status;
  expect(trendLines([status(DOWN)])).toEqual([]);
  expect(trendLines([status(DOWN), status(READY)])[0]).toBe('ready servers ▁█  2 of 2');
});
