import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GateSpec } from '../../../src/plan/types.ts';
import type { ClusterReading, ServerReading } from '../../../src/probe/types.ts';
import { type GateState, judge, meets } from '../../../src/run/gate/judge.ts';

const spec: GateSpec = { answering: '51%', holdsMs: 3000, withinMs: 60_000, everyMs: 1000 };
const reading = (answering: number, of = 3, errorPercent?: number): ClusterReading => ({
  at: '2026-01-01T00:00:00Z',
  servers: [],
  answering,
  of,
  ...(errorPercent === undefined ? {} : { errorPercent }),
});

const server = (node: string, readyz: ServerReading['readyz']): ServerReading => ({
  node,
  reached: true,
  livez: readyz,
  readyz,
  failing: [],
});

describe('a gate', () => {
  it.each([
    ['51%', 1, 3, false],
    ['51%', 2, 3, true],
    ['51%', 1, 1, true],
    ['100%', 2, 3, false],
    ['2', 2, 5, true],
    ['100%', 0, 0, false],
  ])('that asks for %s is met by %i of %i: %s', (answering, now, of, expected) => {
    expect(meets({ ...spec, answering }, reading(now, of)).verdict).toBe(expected ? 'met' : 'unmet');
  });

  it('asks for measured errors when it has a limit', () => {
    const limited = { ...spec, maxErrorPercent: 5 };
    expect(meets(limited, reading(3)).verdict).toBe('unmet');
    expect(meets(limited, reading(3, 3, 5)).verdict).toBe('met');
    expect(meets(limited, reading(3, 3, 5.1)).verdict).toBe('unmet');
  });

  it('asks for fresh leases when it wants them; unmeasured is not fresh, unless they can never be read', () => {
    const wanting = { ...spec, freshLeases: '90%' };
    const fresh = (count: number, more: object = {}) =>
      meets(wanting, { ...reading(3), leases: { fresh: count, of: 46 }, ...more });
    expect(meets(wanting, reading(3)).verdict).toBe('unmet');
    expect(fresh(3)).toMatchObject({
      verdict: 'unmet',
      text: expect.stringContaining('3/46 leases fresh (42 needed)'),
    });
    expect(fresh(42).verdict).toBe('met');
    expect(fresh(46, { answering: 1 }).verdict).toBe('unmet');
    expect(meets(wanting, { ...reading(3), leasesUnread: 'expired' })).toMatchObject({
      verdict: 'met',
      text: expect.stringContaining('leases not measured (at least 90% fresh): expired'),
    });
  });

  it('asks for healthy etcd members when it wants them; a host that was not reached may have one', () => {
    const wanting = { ...spec, etcdHealthy: '100%' };
    const member = (node: string, etcd: ServerReading['etcd']) => ({ ...server(node, 'ok'), etcd: etcd! });
    const well = ['a', 'b'].map((node) => member(node, 'ok'));
    const with3rd = (third: ServerReading) => meets(wanting, { ...reading(3), servers: [...well, third] });
    expect(with3rd(member('c', 'ok')).verdict).toBe('met');
    expect(with3rd({ ...member('c', 'failing'), etcdAlarms: ['NOSPACE'] })).toMatchObject({
      verdict: 'unmet',
      text: expect.stringContaining('2/3 etcd members healthy (3 needed), etcd alarm NOSPACE'),
    });
    expect(with3rd(server('c', 'ok')).verdict).toBe('unmet');
    expect(with3rd({ ...server('c', 'no-answer'), reached: false }).verdict).toBe('unseen');
    expect(meets(spec, { ...reading(3), servers: [member('c', 'failing')] }).verdict).toBe('met');
  });

  it('opens only after the condition held without a break', () => {
    const readings = fc.array(fc.boolean(), { maxLength: 40 });
    fc.assert(
      fc.property(readings, (well) => {
        let state: GateState = {};
        let held = 0;
        for (const [second, ok] of well.entries()) {
          const judged = judge(spec, state, reading(ok ? 3 : 1), second * 1000);
          state = judged.state;
          held = ok ? held + 1 : 0;
          // n readings in a row span n - 1 seconds.
          expect(judged.open).toBe(held >= 4);
        }
      }),
    );
  });

  it('opens on what can be known where errors can never be measured, and says why', () => {
    const unmeasured = 'admin.conf: 401 Unauthorized, its client certificate expired on 2025-11-02';
    const { verdict, text } = meets({ ...spec, maxErrorPercent: 5 }, { ...reading(3), unmeasured });
    expect(verdict).toBe('met');
    expect(text).toBe(`3/3 API servers ready (2 needed), errors not measured (at most 5%): ${unmeasured}`);
  });

  it('tells a server that could not be asked from one that was asked and is down', () => {
    const lost = {
      ...server('cp-2', 'no-answer'),
      reached: false,
      note: 'connection refused (10.0.0.2 port 22)',
    };
    const down = {
      ...server('cp-3', 'no-answer'),
      note: 'The connection to the server 127.0.0.1:6443 was refused',
    };
    const ill = { ...server('cp-4', 'failing'), failing: ['etcd', 'informer-sync'] };
    const { text } = meets(spec, { ...reading(1, 4), servers: [server('cp-1', 'ok'), lost, down, ill] });
    expect(text).toBe(
      '1/4 API servers ready (3 needed), cp-2 not reached: connection refused (10.0.0.2 port 22), ' +
        'cp-3 no-answer: The connection to the server 127.0.0.1:6443 was refused, cp-4 failing: etcd informer-sync',
    );
  });

  it('is not shut by a server that could not be asked for a moment, nor opened by it', () => {
    const well = { ...reading(1, 1), servers: [server('cp-1', 'ok')] };
    const lost = { ...reading(0, 1), servers: [{ ...server('cp-1', 'no-answer'), reached: false }] };
    const down = { ...reading(0, 1), servers: [server('cp-1', 'no-answer')] };
    const opensAt = (readings: ClusterReading[]) => {
      let state: GateState = {};
      return readings.findIndex((one, second) => {
        const judged = judge({ ...spec, holdsMs: 3000 }, state, one, second * 1000);
        state = judged.state;
        return judged.open;
      });
    };
    expect(opensAt([well, well, well, well])).toBe(3);
    // The two seconds between the readings on either side do not count.
    expect(opensAt([well, well, lost, well, well, well])).toBe(5);
    expect(opensAt([well, well, down, well, well, well])).toBe(-1);
    expect(opensAt([well, well, lost, lost, lost, well, well, well])).toBe(-1);
    expect(opensAt([lost, lost, lost, lost, lost])).toBe(-1);
  });
});
