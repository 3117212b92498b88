import { expect, it } from 'vitest';
import { InProcess } from './in-process.ts';
import { withKit } from './with-kit.ts';

let fireaxe: InProcess;
let kit: string;

withKit(InProcess, (both) => ({ fireaxe, kit } = both));

const stepsOf = async (...words: string[]) => {
  const { stdout, stderr } = await fireaxe.run(['plan', ...words, '--output', 'json'], { kit });
  expect(stderr).not.toContain('error');
  return JSON.parse(stdout).plan.workstreams[0].steps;
};

it('readmit reads the nodes of each batch, and a sample of all once all are back', async () => {
  const flags = [
    '--gate-nodes',
    '50%',
    '--gate-sample',
    '1',
    '--gate-limit',
    'pulls=7',
    '--gate-limit',
    'uplink=90',
  ];
  const steps = await stepsOf('readmit', '--batch', '1', ...flags);
  expect(steps.map(({ gate }: { gate: { nodes: { names: string[] } } }) => gate.nodes.names)).toEqual([
    ['n1'],
    ['n2'],
    ['n1'],
  ]);
  expect(steps[0].gate.nodes).toMatchObject({ calm: '50%', limits: { pulls: 7, uplink: '90', waiting: 3 } });
});

it('start waits between hosts, one at a time, for one API server and the workers', async () => {
  const [step] = await stepsOf('start', '--gate', '5s', '--gate-nodes', '90%');
  expect(step).toMatchObject({
    waves: [1],
    gate: { answering: '1', holdsMs: 5000, nodes: { names: ['n1', 'n2'] } },
  });
});

it('the plan says which nodes a gate reads, and what each may have at most', async () => {
  const { stdout } = await fireaxe.run(['plan', 'readmit', '--gate-nodes', '90%'], { kit });
  expect(stdout).toContain(
    '90% of n[1-2] are calm (each at most 3 pulls, 2 failed pulls/min, 0 429s and time-outs/min',
  );
});

it('a limit of another name, or without a number, is refused', async () => {
  const refused = async (limit: string) =>
    fireaxe.run(['plan', 'readmit', '--gate-nodes', '90%', '--gate-limit', limit], { kit });
  expect(await refused('pull=3')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('not a limit: "pull=3"'),
  });
  expect(await refused('pulls=x')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('at: --gate-limit pulls'),
  });
});
