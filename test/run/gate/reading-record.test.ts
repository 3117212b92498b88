import { expect, it } from 'vitest';
import type { ServerReading } from '../../../src/probe/types.ts';
import { readingRecord } from '../../../src/run/gate/reading-record.ts';
import { wellFormed } from '../../../src/run/journal/record-shape.ts';

const server = (node: string, more: Partial<ServerReading>): ServerReading => ({
  node,
  reached: true,
  livez: 'ok',
  readyz: 'ok',
  failing: [],
  ...more,
});

it('keeps of a reading what a plot shows: sums over the servers that told', () => {
  const servers = [
    server('cp-1', { inflight: 5, connections: 10 }),
    server('cp-2', { inflight: 7 }),
    server('cp-3', { reached: false }),
  ];
  const record = readingRecord('window', { at: '', servers, answering: 2, of: 3, errorPercent: 1.5 });
  expect(record).toEqual({
    kind: 'reading',
    step: 'window',
    answering: 2,
    of: 3,
    unreached: 1,
    errorPercent: 1.5,
    inflight: 12,
    connections: 10,
  });
  expect(wellFormed({ ...record, at: '2026-11-20T10:00:00Z' })).toBe(true);
  expect(wellFormed({ ...record, at: '2026-11-20T10:00:00Z', answering: 'all' })).toBe(false);
});

it('says nothing of what no server told', () => {
  const record = readingRecord('window', { at: '', servers: [server('cp-1', {})], answering: 1, of: 1 });
  expect(record).toEqual({ kind: 'reading', step: 'window', answering: 1, of: 1 });
});
