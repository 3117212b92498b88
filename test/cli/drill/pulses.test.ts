import { describe, expect, it } from 'vitest';
import { boughtLines, chartLines, nowYou } from '../../../src/cli/drill/afterwards.ts';
import { Pulses, spark } from '../../../src/cli/drill/pulses.ts';
import { wrapped } from '../../../src/cli/drill/wrapped.ts';
import type { LabStatus } from '../../../src/drill/process/status.ts';

/** Down for 20 looks, then one server after the other is ready. */
function outage(): Pulses {
  const pulses = new Pulses();
  for (let i = 0; i <= 40; i++) {
    const ready = i < 20 ? 0 : Math.min(3, Math.floor((i - 16) / 4));
    const good = i < 20 ? i : 20 + (i - 20) * 50;
    pulses.push({ ready, of: 3, good, bad: Math.min(i, 24) * 49, lost: Math.min(i, 24) * 20 }, i * 500);
  }
  return pulses;
}

describe('the headline of a drill', () => {
  it.each([20, 40, 60, 80, 120, 200])('fits into %d columns and keeps what matters most', (columns) => {
    const text = outage().fit(columns);
    expect(text.length).toBeLessThan(columns);
    expect(text).toMatch(/^API [▁-█]* ?3\/3/);
    if (columns >= 60) expect(text).toMatch(/[▁-█]{5,} 3\/3 · errors 98% → 0% · users lost 480$/);
  });

  it('says that the lab starts until there is something to see', () => {
    expect(new Pulses().fit(60)).toBe('starting the lab');
    expect(new Pulses().words()).toBe('starting the lab');
  });

  it('says the same in words, without pictures and signs', () => {
    expect(outage().words()).toBe('3 of 3 API servers ready, 0% errors, 480 user requests lost');
    expect(outage().words()).toMatch(/^[\x20-\x7e]+$/);
  });

  it('counts no share of errors before there was an answer, and no users where there are none', () => {
    const pulses = new Pulses();
    for (const now of [0, 2000]) pulses.push({ ready: 0, of: 3, good: 0, bad: 0 }, now);
    expect(pulses.fit(60)).toBe('API ▁▁ 0/3');
    expect(pulses.words()).toBe('0 of 3 API servers ready, no answers');
  });
});

it('draws values as blocks, the last of each share of the time', () => {
  expect(spark([0, 0, 0.5, 1], 4)).toBe('▁▁▅█');
  expect(spark([0, 0, 0.5, 1], 2)).toBe('▁█');
  expect(spark([0.2, -1, 7], 10)).toBe('▂▁█');
  expect(spark([], 10)).toBe('');
  expect(spark([1], -3)).toBe('');
});

describe('after a drill', () => {
  it.each([60, 80, 120, 200])('the outage over time fits into %d columns', (columns) => {
    const lines = chartLines(outage().beats, columns);
    expect(lines.map((line) => line.split(' ')[0])).toEqual(['API', 'failed', 'user', '']);
    for (const line of lines) expect(line.length).toBeLessThan(columns);
    expect(lines[0]).toMatch(/▁.*█ {2}3 of 3$/);
    expect(lines.at(-1)).toMatch(/0s +20\.0s$/);
  });

  it('draws what held names saved, once they saved something', () => {
    const pulses = outage();
    const pulse = { ready: 3, of: 3, good: 2000, bad: 0, lost: 480 };
    for (const saved of [60, 120]) pulses.push({ ...pulse, saved }, 20_000 + saved * 10);
    for (const columns of [60, 100]) {
      const lines = chartLines(pulses.beats, columns);
      expect(lines.at(-2)).toMatch(/^saved by held names {2}▁+.*█ {2}120 in all$/);
      for (const line of lines) expect(line.length).toBeLessThan(columns);
    }
  });

  it('draws nothing of a single look', () => {
    expect(chartLines(outage().beats.slice(0, 1), 80)).toEqual([]);
  });

  const status = {
    cluster: 'lab',
    clusters: ['lab'],
    practice: ['fireaxe stop --process x', 'fireaxe run y'],
    report: { bought: { shed: 'held 48 of 48 offenders' }, score: { scenario: 'telemetry-flood' } },
  } as unknown as LabStatus;

  it('says what the lab saw of each workstream', () => {
    const verdict = {
      workstreams: [
        { name: 'shed', state: 'done', startedAt: '2026-11-20T10:00:00Z', endedAt: '2026-11-20T10:00:05Z' },
        { name: 'other', state: 'waiting' },
      ],
    };
    expect(boughtLines(status, { verdict: verdict as never, undone: [] })).toEqual([
      'WORKSTREAM  STATE    TOOK  WHAT THE LAB SAW',
      'shed        done     5.0s  held 48 of 48 offenders',
      'other       waiting  -',
    ]);
    expect(boughtLines(status, { undone: [] })).toEqual([]);
  });

  it('names three commands to try by hand, with the scenario and the cluster where they are needed', () => {
    expect(nowYou(status, undefined).slice(1)).toEqual([
      '  fireaxe drill up',
      '  fireaxe probe',
      '  fireaxe stop --process x',
    ]);
    const two = { ...status, clusters: ['lab', 'lab-2'] };
    expect(nowYou(two, 'telemetry-flood')[1]).toBe('  fireaxe drill up --scenario telemetry-flood');
    expect(nowYou(two, 'telemetry-flood')[2]).toBe('  fireaxe probe -c lab');
  });
});

it('breaks a text between words', () => {
  expect(wrapped('a bb ccc dddddd', 6)).toEqual(['a bb', 'ccc', 'dddddd']);
});
