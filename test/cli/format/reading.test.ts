import { describe, expect, it } from 'vitest';
import { readingLines } from '../../../src/cli/format/reading.ts';
import type { ClusterReading, ServerReading } from '../../../src/probe/types.ts';

const server = (node: string, over: Partial<ServerReading> = {}): ServerReading => ({
  node,
  reached: true,
  livez: 'ok',
  readyz: 'ok',
  failing: [],
  etcd: 'ok',
  ...over,
});
const reading = (servers: ServerReading[], over: Partial<ClusterReading> = {}): ClusterReading => ({
  at: '2026-11-29T12:00:00Z',
  servers,
  answering: servers.filter((one) => one.readyz === 'ok').length,
  of: servers.length,
  ...over,
});
const lines = (...args: Parameters<typeof reading>) => readingLines(reading(...args)).join('\n');

describe('the lines of a reading', () => {
  it('name the alarm of etcd, its size, and the command that clears it', () => {
    const nospace: Partial<ServerReading> = {
      etcd: 'failing',
      etcdAlarms: ['NOSPACE'],
      etcdBytes: 5_427_200,
      etcdQuota: 2_097_152,
    };
    const text = lines([server('cp-1', nospace), server('cp-2', nospace)]);
    expect(text).toContain(
      'etcd: alarm NOSPACE on cp-1, cp-2: the database is over its quota (5.2 of 2.0 MiB)',
    );
    expect(text).toMatch(
      /next: fireaxe run etcd-nospace\nor, by hand on one etcd host: rev=.* etcdctl compact .* etcdctl defrag .* etcdctl alarm disarm$/m,
    );
    expect(lines([server('cp-1', { etcd: 'failing', etcdAlarms: ['CORRUPT'] })])).toContain(
      'etcdctl endpoint hashkv --cluster',
    );
  });

  it("quote an unhealthy member's own reason, and mark a learner", () => {
    const text = lines([
      server('cp-1', { etcd: 'failing', etcdReason: 'RAFT NO LEADER' }),
      server('cp-2', { etcdLearner: true }),
    ]);
    expect(text).toContain('etcd: RAFT NO LEADER');
    expect(text).toContain('etcd: a learner');
    expect(text).not.toContain('next:');
  });

  it('distinguish an unreachable host from a server that does not answer', () => {
    const text = lines([
      server('cp-1', { readyz: 'no-answer', livez: 'no-answer' }),
      server('cp-2', { reached: false, outcome: 'unreachable', readyz: 'no-answer', livez: 'no-answer' }),
      server('cp-3', { reached: false, outcome: 'timed-out', readyz: 'no-answer', livez: 'no-answer' }),
    ]);
    expect(text).toMatch(/^cp-1 +no-answer +no-answer/m);
    expect(text).toMatch(/^cp-2 +not reached +- /m);
    expect(text).toMatch(/^cp-3 +not read +- /m);
  });

  it('say that errors are not measured where they cannot be', () => {
    expect(lines([server('cp-1')], { unmeasured: 'no admin credentials here' })).toMatch(
      /1 of 1 API servers answer, errors not measured$/,
    );
  });
});
