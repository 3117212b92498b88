import { describe, expect, it } from 'vitest';
import type { GateSpec } from '../../../src/plan/types.ts';
import type { ClusterReading, ServerReading } from '../../../src/probe/types.ts';
import { notCalm } from '../../../src/run/gate/calm.ts';
import { type GateState, judge } from '../../../src/run/gate/judge.ts';

const MIB = 2 ** 20;

function server(node: string, more: Partial<ServerReading> = {}): ServerReading {
  const counts = { inflight: 4, memoryBytes: 400 * MIB, startedAt: 1000, rejected: 7, connections: 20 };
  return { node, reached: true, livez: 'ok', readyz: 'ok', failing: [], ...counts, ...more };
}

function reading(servers: ServerReading[], errorPercent: number | undefined = 0): ClusterReading {
  const answering = servers.filter(({ readyz }) => readyz === 'ok').length;
  return {
    at: '',
    servers,
    answering,
    of: servers.length,
    ...(errorPercent === undefined ? {} : { errorPercent }),
  };
}

const atRest = [server('cp-1'), server('cp-2')];

describe('a reading is calm', () => {
  it.each<[string, Partial<ServerReading>, string | undefined]>([
    ['if nothing rose', {}, undefined],
    ['if few requests are in flight, although more than before', { inflight: 10 }, undefined],
    ['not if requests pile up', { inflight: 11 }, 'cp-2 requests in flight 4 → 11'],
    ['not if the server restarted', { startedAt: 1004 }, 'cp-2 restarted'],
    ['not if it rejects requests', { rejected: 8 }, 'cp-2 rejects requests'],
    ['not if its memory grows', { memoryBytes: 441 * MIB }, 'cp-2 needs more memory'],
    ['if its memory varies', { memoryBytes: 439 * MIB }, undefined],
    ['not if clients connect', { connections: 26 }, 'connections 40 → 46'],
    ['if some clients come and go', { connections: 25 }, undefined],
  ])('%s', (_name, more, why) => {
    expect(notCalm(reading(atRest), reading([server('cp-1'), server('cp-2', more)]))).toBe(why);
  });

  it('not if many requests fail, or none is counted', () => {
    expect(notCalm(reading(atRest), reading(atRest, 1))).toBeUndefined();
    expect(notCalm(reading(atRest), reading(atRest, 1.1))).toBe('1.1% errors');
    const { errorPercent: _, ...uncounted } = reading(atRest);
    expect(notCalm(reading(atRest), uncounted)).toBe('errors not measured');
  });

  it('only compared with one before it, in which the same servers were ready', () => {
    expect(notCalm(undefined, reading(atRest))).toBe('first reading');
    const [first] = atRest as [ServerReading];
    expect(notCalm(reading([first, server('cp-2', { readyz: 'failing' })]), reading(atRest))).toBe(
      'cp-2 was not ready before',
    );
    expect(notCalm(reading(atRest), reading([first, server('cp-2', { readyz: 'no-answer' })]))).toBe(
      'not every server is ready',
    );
  });

  it('never without metrics', () => {
    const { inflight: _, startedAt: _at, ...dumb } = server('cp-2');
    expect(notCalm(reading([dumb]), reading([dumb]))).toBe('cp-2 metrics not read');
  });
});

describe('a gate with calm readings', () => {
  const spec: GateSpec = {
    answering: '51%',
    holdsMs: 20_000,
    withinMs: 60_000,
    everyMs: 3000,
    calmReadings: 3,
  };
  const opensAt = (readings: ClusterReading[], gate = spec) => {
    let state: GateState = {};
    return readings.findIndex((one, i) => {
      const judged = judge(gate, state, one, i * 3000);
      state = judged.state;
      return judged.open;
    });
  };
  const calm = reading(atRest);
  const busy = reading([server('cp-1'), server('cp-2', { inflight: 200 })]);
  const down = reading([server('cp-1'), server('cp-2', { readyz: 'no-answer' })].slice(1));
  const times = (n: number, one: ClusterReading) => Array.from({ length: n }, () => one);

  it('opens after as many in a row as it asks for', () => {
    expect(opensAt(times(9, calm))).toBe(3);
    expect(opensAt([calm, calm, calm, busy, ...times(5, calm)])).toBe(6);
    expect(opensAt([down, ...times(5, calm)])).toBe(4);
  });

  it('waits for its whole time where nothing shows that it is calm', () => {
    expect(opensAt(times(9, reading(atRest, undefined)).map(({ errorPercent: _, ...one }) => one))).toBe(7);
    const { calmReadings: _, ...patient } = spec;
    expect(opensAt(times(9, calm), patient)).toBe(7);
  });

  it('says what is not calm', () => {
    const first = judge(spec, {}, calm, 0);
    expect(first.text).toMatch(/held 0ms of 20\.0s, not calm: first reading$/);
    const second = judge(spec, first.state, calm, 3000);
    expect(second.text).toMatch(/held 3\.0s of 20\.0s, calm 1 of 3$/);
    expect(judge(spec, second.state, busy, 6000).text).toMatch(/not calm: cp-2 requests in flight 4 → 200$/);
  });
});
