import { audit } from '../../doctor/audit/audit.ts';
import { readMachine } from '../../doctor/audit/read-machine.ts';
import { judgeClocks } from '../../doctor/clock.ts';
import { type Finding, failed } from '../../doctor/types.ts';
import { type DoctorVerdict, inOrder, verdictOf } from '../../doctor/verdict.ts';
import { indexOf } from '../../kit/cluster-named.ts';
import { kitPath } from '../../kit/locate.ts';
import type { Loose } from '../../kit/permissions.ts';
import { stateDir } from '../../kit/state-dir.ts';
import { type CliContext, openContext, selectedClusters } from '../context.ts';
import type { Flags } from '../flags.ts';
import { journalDir } from '../journal-dir.ts';
import { nextCommand } from '../next-command.ts';
import { createSink } from '../output.ts';
import { reported } from '../report-error.ts';
import type { CliIo } from '../types.ts';
import { type Asked, checkClusters, type KitChecked } from './check-kit.ts';
import { findingLines, verdictLine } from './lines.ts';
import { checkMachine } from './machine.ts';

type How = Omit<Asked, 'names'> & { offline: boolean };

/** Checks all, shows all, and says in the end whether the emergency path is open. */
export async function doctor(flags: Flags, io: CliIo, how: How): Promise<DoctorVerdict> {
  const sink = createSink(io, flags);
  const ended = io.inFlight();
  try {
    const all = (await checkAll(flags, io, how)).filter(({ check }) => how.wanted(check));
    const findings = inOrder(all).map((one) => typeable(one, flags));
    const verdict = verdictOf(findings);
    for (const line of findingLines(findings)) sink.text(line);
    for (const finding of findings) sink.event({ finding });
    sink.json({ verdict, ...(sink.mode === 'json' && { findings }) });
    sink.note(verdictLine(verdict));
    return verdict;
  } finally {
    ended();
  }
}

/** A command of Fireaxe repeats the flags that this one needed. */
function typeable(finding: Finding, flags: Flags): Finding {
  const { next } = finding;
  return next?.startsWith('fireaxe ') ? { ...finding, next: nextCommand(next, flags) } : finding;
}

async function checkAll(flags: Flags, io: CliIo, how: How): Promise<Finding[]> {
  const nowMs = io.now().getTime();
  const path = kitPath(flags.kit, io.env);
  let loose: Loose | undefined;
  const opened = await openContext(flags, io, { onLoose: (one) => (loose = one) }).catch(
    (error: unknown) => reported(error).error,
  );
  if (!('kit' in opened)) {
    const kit = failed('kit', {
      message: [
        opened.message,
        opened.place && `at ${opened.place}`,
        opened.expected && `expected: ${opened.expected}`,
      ]
        .filter(Boolean)
        .join('; '),
      next: opened.next,
    });
    const state = await journalDir(flags, io, () => {}).catch(() => stateDir(undefined, io.env));
    return [kit, ...(await checkMachine(state, 0, nowMs, how.wanted))];
  }
  const found: Finding[] = [kitFinding(loose, path)];
  const state = stateDir(opened.kit, io.env);
  // What somebody else may have put into the kit is not used.
  const used: How = loose?.changeable ? { ...how, sample: 0, offline: true } : how;
  const checked = await checkClusters(opened, { ...used, names: namesOf(opened) });
  found.push(...checked.findings);
  const clocks = [...checked.told.values()].flatMap((told) => told.clocks);
  if (used.sample > 0) found.push(...judgeClocks(clocks).map((one): Finding => ({ check: 'clock', ...one })));
  found.push(...[...checked.told.values()].flatMap(({ leaning }) => leaning));
  if (how.wanted('dependencies')) found.push(...(await dependencies(opened, checked, state, used)));
  const largest = Math.max(0, ...checked.clusters.map(({ fleet }) => fleet.nodes.length));
  return [...found, ...(await checkMachine(state, largest, nowMs, how.wanted))];
}

function kitFinding(loose: Loose | undefined, path: string): Finding {
  if (!loose) return { check: 'kit', state: 'green', what: `${path}: nobody else can read or change it` };
  const { message, next } = loose.error;
  const what = loose.changeable
    ? `${message}\n  until then nothing in it is used: nobody was asked`
    : message;
  return failed('kit', { message: what, next });
}

/** All of them, unless some are selected. */
function namesOf(context: CliContext): string[] {
  const { cluster, clusterSelector } = context.flags;
  const chosen =
    cluster === undefined && clusterSelector === undefined ? indexOf(context.kit) : selectedClusters(context);
  return chosen.map(({ name }) => name);
}

async function dependencies(
  { kit, io }: CliContext,
  { clusters, told }: KitChecked,
  state: string,
  { sample, offline }: How,
): Promise<Finding[]> {
  const { env } = io;
  try {
    const machine = await readMachine(env, { 'the kit': kit.path, 'the state directory': state });
    const dns = new Map([...told].map(([name, { dns }]) => [name, dns]));
    return await audit({
      clusters,
      told: dns,
      machine,
      env,
      sample: Math.max(1, sample),
      // Its commands run on this machine.
      sshConfig: offline ? undefined : kit.sshConfig,
      offline,
    });
  } catch (error) {
    return [failed('dependencies', error as Error)];
  }
}
