import { expect } from 'vitest';
import type { PullEvent } from '../../../src/drill/registry/pull-log.ts';
import { simulatedJournalctl } from '../../../src/drill/registry/pull-log.ts';
import {
  type RuntimePod,
  simulatedKubeletCurl,
  simulatedWorkerCrictl,
} from '../../../src/drill/registry/worker-tools.ts';
import { labMs } from '../../../src/drill/time-scale.ts';
import type { Tool } from '../../../src/drill/types.ts';
import { readLoad } from '../../../src/probe/load/read.ts';
import { loadScript } from '../../../src/probe/load/script.ts';
import type { Outcome } from '../../../src/transport/types.ts';
import { context, fleetNode, type Sandbox, target } from '../../node/sandbox.ts';
import { test } from '../../node/sandbox-test.ts';

/** What a tool answers to these words, where the sandbox's shell finds it. */
async function answers(box: Sandbox, name: string, tool: Tool, asked: string[][]): Promise<void> {
  const cases = await Promise.all(
    asked.map(async (argv, i) => {
      const { stdout, code } = await tool(argv, () => '', { cwd: '/' });
      box.file(`${name}.${i}`, stdout);
      return `*" ${argv.at(-1)} "*) cat "$SANDBOX/${name}.${i}"; exit ${code} ;;`;
    }),
  );
  box.tool(name, `case " $* " in\n${cases.join('\n')}\nesac\nexit 9`);
}

/** What the gates of Fireaxe read on a simulated worker, by their own script; ages in seconds of a real cluster. */
async function read(box: Sandbox, events: [age: number, event: Omit<PullEvent, 'at'>][], pods: RuntimePod[]) {
  const clocks = { now: () => 1_000_000, wallClock: () => Date.now() };
  const log = events
    .toSorted(([a], [b]) => a - b)
    .map(([age, event]) => ({ ...event, at: 1_000_000 - labMs(age) }));
  await answers(box, 'journalctl', simulatedJournalctl({ ...clocks, events: () => log }), [
    ['--since', '-600s', '-r', '-q'],
  ]);
  await answers(box, 'crictl', simulatedWorkerCrictl({ ...clocks, pods: () => pods }), [
    ['pods', '--state', 'ready', '-q'],
    ['ps', '-a', '-o', 'json'],
  ]);
  await answers(box, 'curl', simulatedKubeletCurl({ active: () => true, failedPulls: () => 7 }), [
    ['-sf', 'http://127.0.0.1:10248/healthz'],
    ['-sf', 'http://127.0.0.1:10255/metrics'],
  ]);
  const script = loadScript(context([fleetNode()]), new Date());
  const ran = await box.run(script.textFor(target(), 'ssh'), ['/bin/sh']);
  expect(ran.result, ran.stderr).toBeDefined();
  return readLoad('n1', { ...ran, target: 'n1', state: 'ok' } as unknown as Outcome);
}

const pull = (image: string, what: PullEvent['what']) => ({ image: `registry.example/${image}:1.0`, what });

test('pulls under way and answered 429, and pods that wait, are read as the lab has them', async ({
  box,
}) => {
  const running = { uid: 'p1', startedAt: 1_000_000 - labMs(20), restarts: 1 };
  const waiting = { uid: 'p2', startedAt: undefined, restarts: 0 };
  const load = await read(
    box,
    [
      [50, pull('shop', 'begun')],
      [40, pull('shop', 'done')],
      [30, pull('mesh', 'begun')],
      [29, pull('mesh', 'throttled')],
      [5, pull('logs', 'begun')],
    ],
    [running, waiting],
  );
  expect(load).toMatchObject({
    kubelet: 'ok',
    runtime: 'ok',
    pulls: 1,
    failed: 1,
    throttled: 1,
    waiting: 1,
    restarts: 1,
    counters: { pullErrors: 7 },
  });
});

test('what failed more than a minute ago by the clocks of the lab is over', async ({ box }) => {
  const load = await read(
    box,
    [
      [72, pull('mesh', 'begun')],
      [70, pull('mesh', 'throttled')],
      [700, pull('logs', 'begun')],
    ],
    [],
  );
  expect(load).toMatchObject({ pulls: 0, failed: 0, throttled: 0, waiting: 0, restarts: 0 });
});
