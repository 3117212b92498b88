import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { dumpText } from '../../../src/forecast/dump.ts';
import { countersOf, readCounters } from '../../../src/forecast/live/read.ts';
import { serverCounters } from '../../../src/forecast/server.ts';
import { context, type Sandbox, SHELLS, target } from '../../node/sandbox.ts';
import { test } from '../../node/sandbox-test.ts';
import { metricsOf } from '../metrics.ts';

const real = (name: string) => execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
const [realAwk, realSleep] = [real('awk'), real('sleep')];
const HOST = target({ name: 'cp1', roles: ['control-plane'] });

/** A server whose metrics are those of the files, one after the other; the pause takes no time. */
function server(box: Sandbox, ...texts: string[]): void {
  box.file('/etc/kubernetes/admin.conf', 'x');
  for (const [i, text] of texts.entries()) box.file(`metrics${i}`, text);
  box.tool('sleep', `[ "$1" = 30 ] || exec ${realSleep} "$@"`);
  box.tool(
    'kubectl',
    `case "$*" in
*/livez*) printf ok ;;
*) N=$(cat "$SANDBOX/n" 2>/dev/null || echo 0); echo $((N + 1)) >"$SANDBOX/n"; cat "$SANDBOX/metrics$N" ;;
esac`,
  );
}

async function read(box: Sandbox, shell: string[]) {
  const [host] = await readCounters(
    {
      now: () => new Date(),
      context: context([]),
      pauseMs: 30_000,
      async reach(targets, script) {
        const ran = await box.run(script.textFor(targets[0]!, 'ssh'), shell);
        const state = ran.result?.state === 'failed' ? 'failed' : 'ok';
        const told = { stdout: ran.stdout, stderr: ran.stderr, truncated: false, startedAt: '', endedAt: '' };
        return [{ target: 'cp1', state, ...told, ...(ran.result && { result: ran.result }) }];
      },
    },
    [HOST],
  );
  return host!;
}

const NOISE = 'apiserver_request_duration_seconds_bucket{verb="LIST",le="0.1"} 9\n# HELP x\ngo_threads 7\n';
const calls = (lists: number, more: Parameters<typeof metricsOf>[0]['calls'] = {}) => ({
  'LIST pods': { count: lists, took: 0.5, watches: 3 },
  'WATCH pods': { count: lists / 10, took: 300, watches: 40 },
  'GET /readyz ': { count: 10, took: 0.001 },
  ...more,
});

describe.concurrent.each(SHELLS.map((s) => [s[0]!, s] as const))('%s', (_name, shell) => {
  test.for(['awk', 'busybox awk'])(
    'tells what was counted between two readings, by %s',
    async (awk, { box }) => {
      server(
        box,
        NOISE + metricsOf({ calls: calls(1_000), seconds: 1_000, nodes: 25 }),
        NOISE + metricsOf({ calls: calls(1_300), seconds: 1_030, nodes: 26 }),
      );
      box.tool('awk', `exec ${awk === 'awk' ? realAwk : awk} "$@"`);
      const host = await read(box, shell);
      const counters = 'counters' in host ? host.counters : undefined;
      expect(counters, JSON.stringify(host)).toMatchObject({
        file: 'c/cp1',
        seats: 600,
        startedAt: 1_796_034_032,
      });
      expect(counters!.seconds).toBeCloseTo(30, 3);
      expect(counters!.objects).toEqual(new Map([['nodes', 26]]));
      const kinds = [...counters!.sums.values()];
      expect(kinds.map(({ verb, resource, scope }) => `${verb} ${resource} ${scope}`)).toEqual([
        'LIST pods cluster',
        'WATCH pods cluster',
      ]);
      expect(kinds[0]).toMatchObject({
        callsPerSecond: 300,
        inFlight: 150,
        bytesPerSecond: 300_000,
        watches: 3,
      });
      expect(kinds[1]).toMatchObject({ callsPerSecond: 30, inFlight: 0, watches: 40 });
    },
  );

  test.for(['awk', 'busybox awk'])(
    'a difference of equal sums is nothing, not a little less, by %s',
    async (awk, { box }) => {
      const label = (group: string) => `{group="${group}",resource="x",scope="cluster",verb="GET"}`;
      // 0.1 and 0.2, taken off and added again, are less than 0.
      const text = (times: number) =>
        `${metricsOf({ calls: calls(times), seconds: 1_000 * times })}apiserver_request_total${label('a')} ${times}
apiserver_request_duration_seconds_sum${label('a')} 0.1\napiserver_request_duration_seconds_sum${label('b')} 0.2\n`;
      server(box, text(1), text(2));
      box.tool('awk', `exec ${awk === 'awk' ? realAwk : awk} "$@"`);
      const host = await read(box, shell);
      const kinds = 'counters' in host ? [...host.counters.sums.values()] : [];
      expect(kinds.find(({ resource }) => resource === 'x')).toMatchObject({
        callsPerSecond: 1,
        inFlight: 0,
      });
    },
  );

  test('what does not fit is one kind, and nothing is lost', async ({ box }) => {
    const many = (times: number) =>
      Object.fromEntries(
        Array.from({ length: 400 }, (_, i) => [`GET r${i}`, { count: times * (i + 1), took: 0.1 }]),
      );
    server(box, metricsOf({ calls: many(1), seconds: 1_000 }), metricsOf({ calls: many(2), seconds: 1_030 }));
    const host = await read(box, shell);
    const kinds = 'counters' in host ? [...host.counters.sums.values()] : [];
    expect(kinds.length).toBe(201);
    expect(kinds[0]!.resource).toBe('r399');
    expect(kinds.at(-1)).toMatchObject({ verb: 'OTHERS', resource: '-' });
    expect(kinds.reduce((sum, { callsPerSecond }) => sum + callsPerSecond, 0)).toBe((400 * 401) / 2);
  });

  test('a server that restarted in between, or refuses, is told', async ({ box }) => {
    const text = metricsOf({ calls: calls(9) });
    server(box, text, metricsOf({ calls: calls(9), startedAt: 5 }));
    expect(await read(box, shell)).toEqual({
      node: 'cp1',
      why: 'the API server restarted while it was measured',
    });
    box.tool('kubectl', 'echo "Error from server (Forbidden): forbidden: no /metrics" >&2; exit 1');
    expect(await read(box, shell)).toMatchObject({ why: expect.stringContaining('forbidden: no /metrics') });
  });
});

it('a reading saved as a dump reads as the same', () => {
  const lines = [
    'server 1796034032.250000 30.012345 600 45.500000',
    'objects 12 pods',
    'kind 300 150.250000 90000 3 LIST pods cluster',
    'kind 9 0.010000 0 0 GET /readyz -',
    'kind 7 1.000000 5 0 OTHERS - -',
    'kind 7 700.000000 5 6 WATCH pods/a"b\\c namespace',
  ];
  const counters = countersOf(lines.join('\n'), 'f')!;
  const again = serverCounters(dumpText(counters), 'f');
  expect(again.seatSeconds).toBeCloseTo(counters.seatSeconds, 6);
  expect({ ...again, seatSeconds: 0 }).toEqual({ ...counters, seatSeconds: 0 });
});

it.each([
  ['nothing', ''],
  ['no server', 'kind 1 1 1 1 GET pods cluster'],
  ['words for numbers', 'server a b c d'],
  ['no time', 'server 1796034032.2 0.000000 600 0.0'],
])('takes %s for no reading', (_, text) => {
  expect(countersOf(text, 'f')).toBeUndefined();
});

it('leaves out lines of a host that are not in their form', () => {
  const text =
    'server 5.0 30.0 6 0.0\nkind 1 x 1 1 GET pods c\nkind 1 2\nobjects -1 pods\nkind 1 1.0 1 1 GET pods c\n';
  expect(countersOf(text, 'f')!.sums.size).toBe(1);
  expect(countersOf(text, 'f')!.objects.size).toBe(0);
});
