import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, labUp } from './fireaxe.ts';

// Alice, whose laptop is gone, and Bob, who takes over with an empty state directory.
let lab: Awaited<ReturnType<typeof labUp>>;
let state: string;
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'fireaxe-two-'));
  lab = await labUp('--workers', '12', '--seed', '3');
});
afterAll(async () => {
  await lab?.end();
  await rm(state, { recursive: true, force: true });
});

// Before the others: `exec` takes what follows its `--` as the command.
const as = (who: string, verb: string, ...words: string[]) =>
  lab.run([verb, '--no-input', ...words], { FIREAXE_STATE_DIR: join(state, who), USER: who });
const alice = (reason: string, verb: string, ...words: string[]) =>
  as('alice', verb, ...words, '--reason', reason, '--output', 'json');
const bob = (verb: string, ...words: string[]) => as('bob', verb, ...words);

interface RunOnNodes {
  run: string;
  operator: string;
  reason: string;
  steps: { step: string; nodes: { node: string; until?: string; inForce: boolean }[] }[];
}
const onNodes = async () =>
  (await bob('runs', '--on-nodes', '--output', 'json')).json.runs as unknown as RunOnNodes[];

/** What a machine keeps of its own: manifests, unit files, the lab's record of its rules and units. */
async function truth(): Promise<Record<string, string>> {
  const machines = join(lab.dir, 'machines');
  const files = await readdir(machines, { recursive: true, withFileTypes: true });
  const kept = files.filter(
    (file) => file.isFile() && /\/root\/(etc|usr\/lib)\//.test(`${file.parentPath}/`),
  );
  const texts = kept.map(async (file) => {
    const path = join(file.parentPath, file.name);
    return [path, await readFile(path, 'utf8')] as const;
  });
  const masks = files.filter((file) => file.isSymbolicLink() && /\/run\/systemd\//.test(file.parentPath));
  return Object.fromEntries([
    ...(await Promise.all(texts)),
    ...masks.map((file) => [join(file.parentPath, file.name), '']),
  ]);
}

/** The rules of each node, as its own nft lists them. */
async function rules(): Promise<string> {
  const words = ['--nodes', 'cp-[1-3],worker-[01-12]', '--yes', '--reason', 'look'];
  const { code, stdout, stderr } = await as('carol', 'exec', ...words, '--', 'nft list ruleset');
  expect(code, `${stdout}\n${stderr}`).toBe(0);
  return stdout;
}

test('what one operator did, another sees and undoes exactly, without a journal', async () => {
  const [files, ruleset] = [await truth(), await rules()];
  const made = [
    await alice('fence it', 'fence', '--confirm', 'lab 3'),
    await alice('hold it', 'stop', '--process', 'telemetry-agent', '-l', 'role=worker', '--yes'),
    await alice('pause it', 'pause', '--yes'),
    await alice('cordon it', 'cordon', '-l', 'role=worker', '--yes'),
  ];
  for (const { code, stderr } of made) expect(code, stderr).toBe(0);
  expect(await rules()).not.toBe(ruleset);
  const ids = made.map(({ json }) => (json as unknown as { verdict: { runId: string } }).verdict.runId);

  expect((await bob('runs')).stderr).toMatch(/no runs in [\s\S]*next: fireaxe runs --on-nodes/);
  const known = (await onNodes()).filter(({ run }) => ids.includes(run)).reverse();
  expect(
    known.map(({ run, operator, reason, steps }) => [
      run,
      operator.split('@')[0],
      reason,
      steps[0]!.nodes.length,
    ]),
  ).toEqual([
    [ids[0], 'alice', 'fence it', 3],
    [ids[1], 'alice', 'hold it', 12],
    [ids[2], 'alice', 'pause it', 3],
    [ids[3], 'alice', 'cordon it', 12],
  ]);
  expect(known.every(({ steps }) => steps.every(({ nodes }) => nodes.every(({ inForce }) => inForce)))).toBe(
    true,
  );
  // A hold of processes ends by itself, after 4 hours.
  expect(Date.parse(known[1]!.steps[0]!.nodes[0]!.until!)).toBeGreaterThan(Date.now() + 3.9 * 3_600_000);

  // Whoever plans a change of the same nodes is told.
  const dry = await bob('cordon', '-l', 'role=control-plane', '--reason', 'look', '--dry-run');
  for (const id of [ids[0], ids[2]])
    expect(dry.stdout).toMatch(
      new RegExp(`warning: the run ${id} of alice@\\S+ stands on cp-\\[1-3\\] \\(3\\)`),
    );

  const there = await bob('undo', ids[0]!, '--yes');
  expect([there.code, there.stderr]).toEqual([
    2,
    expect.stringContaining(`next: fireaxe undo ${ids[0]} --from-nodes`),
  ]);
  const resumed = await bob('resume', ids[0]!);
  expect([resumed.code, resumed.stderr]).toEqual([
    2,
    expect.stringMatching(
      new RegExp(
        `cannot resume ${ids[0]}: its journal is not on this machine[\\s\\S]*fireaxe undo ${ids[0]} --from-nodes`,
      ),
    ),
  ]);
  const unsure = await bob('undo', ids[0]!, '--from-nodes');
  expect([unsure.code, unsure.stderr]).toEqual([5, expect.stringContaining('remove the fence')]);
  expect(unsure.stderr).toMatch(new RegExp(`undo of run ${ids[0]} by alice@\\S+ \\(fence it\\)`));

  for (const id of ids) {
    const undone = await bob('undo', id, '--from-nodes', '--yes', '--output', 'json');
    expect(undone.code, undone.stderr).toBe(0);
    const { verdict } = undone.json as unknown as { verdict: { planned: number; counts: { ok: number } } };
    expect(verdict.counts.ok).toBe(verdict.planned);
  }
  expect(await rules()).toBe(ruleset);
  expect(await truth()).toEqual(files);
  await eventually('the flood is back', async () => (await lab.status()).sample.flooding === 12);
  expect(
    (await onNodes())
      .filter(({ run }) => ids.includes(run))
      .flatMap(({ steps }) => steps.flatMap(({ nodes }) => nodes.filter(({ inForce }) => inForce))),
  ).toEqual([]);

  // Bob's own journals: undone, and not to be resumed. Alice's says the same once she asks the nodes.
  expect((await bob('runs')).stdout.match(/-undo-\w+ +lab +undone /g)).toHaveLength(4);
  const later = await as('alice', 'undo', ids[2]!, '--yes');
  expect([later.code, later.stdout]).toEqual([0, expect.stringContaining('undone before')]);
}, 300_000);

test('the undo of a foreign run is continued from its own journal, and nodes that did not tell are counted', async () => {
  const made = await alice('pause it', 'pause', '--yes');
  const { runId } = (made.json as unknown as { verdict: { runId: string } }).verdict;
  const one = await bob('undo', runId, '--from-nodes', '--nodes', 'cp-1', '--yes');
  expect(one.code, one.stderr).toBe(0);
  const rest = await bob('undo', runId, '--from-nodes', '--dry-run', '--output', 'json');
  expect(rest.json).toMatchObject({ changes: [{ step: 'pause', targets: ['cp-2', 'cp-3'] }] });
  const own = (await bob('runs')).stdout
    .split('\n')
    .find((line) => line.includes('-undo-'))!
    .split(' ')[0]!;
  const again = await bob('undo', own, '--yes');
  expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('nothing to undo')]);
  const resumed = await bob('resume', own);
  expect([resumed.code, resumed.stderr]).toEqual([2, expect.stringContaining(`it undoes ${runId}`)]);
  expect((await bob('undo', runId, '--from-nodes', '--yes')).code).toBe(0);
});

test('nodes that did not tell are counted, and are undone once they answer', async () => {
  const made = await alice('cordon it', 'cordon', '-l', 'role=worker', '--yes');
  const { runId } = (made.json as unknown as { verdict: { runId: string } }).verdict;
  // Two of the workers cannot be reached by SSH alone.
  const some = await bob('undo', runId, '--from-nodes', '--via', 'ssh', '--timeout', '8s', '--yes');
  expect(some.code, some.stderr).toBe(3);
  expect(some.stderr).toMatch(/not known of 1 node: worker-09: unreachable: .* known_hosts has another key/);
  expect(some.stderr).toContain('warning: cordon: up to 2 of the nodes that did not tell may carry it');
  expect(some.stderr).toContain('10 planned: 10 ok');
  const rest = await bob('undo', runId, '--from-nodes', '--yes');
  expect([rest.code, rest.stderr]).toEqual([0, expect.stringContaining('2 planned: 2 ok')]);
});
