import { indexOf } from '../../kit/cluster-named.ts';
import { openClusters } from '../../kit/clusters/opened.ts';
import { kitPath } from '../../kit/locate.ts';
import { openKit } from '../../kit/open.ts';
import type { ClusterKit, Kit } from '../../kit/types.ts';
import { journalDir } from '../journal-dir.ts';
import type { CliIo } from '../types.ts';
import type { Candidate, Sources } from './types.ts';

/** Most runs that are offered, the newest first. */
const RUNS = 50;

/** Reads the kit as the words at hand would choose it. It only reads; what fails offers nothing. */
export function sourcesOf(io: CliIo, typed: string[]): Sources {
  const flags = { kit: typedValue(typed, ['--kit']) };
  const kit = once(() => openKit(kitPath(flags.kit, io.env), { clusters: 'none' }));
  const nodes = async () => (await openedOf(await kit(), typed)).flatMap(({ fleet }) => fleet.nodes);
  return {
    clusters: quiet(async () =>
      indexOf(await kit()).map(({ name, labels }) => ({
        word: name,
        says: pairs(labels).join(',') || undefined,
      })),
    ),
    clusterLabels: quiet(async () => unique(indexOf(await kit()).flatMap(({ labels }) => pairs(labels)))),
    nodes: quiet(async () =>
      (await nodes()).map(({ name, roles }) => ({ word: name, says: roles.join(',') })),
    ),
    labels: quiet(async () => {
      const all = await nodes();
      return unique([
        ...all.flatMap(({ roles }) => roles.map((role) => `role=${role}`)),
        ...all.flatMap(({ labels }) => pairs(labels)),
      ]);
    }),
    runs: quiet(async () => {
      const { runsInOrder } = await import('../../run/journal/run-order.ts');
      const runs = await runsInOrder(await journalDir(flags, io, () => {}));
      return runs
        .reverse()
        .slice(0, RUNS)
        .map(({ runId }): Candidate => ({ word: runId }));
    }),
    playbooks: quiet(async () => {
      const { SHIPPED } = await import('../../playbook/shipped.ts');
      const own = await kit().then(
        ({ playbooks }) => Object.keys(playbooks),
        () => [],
      );
      return unique([...own, ...Object.keys(SHIPPED)]).map((word): Candidate => ({ word }));
    }),
    parameters: (playbook) =>
      quiet(async () => {
        const { loadPlaybook } = await import('../../playbook/load.ts');
        const none = { playbooks: {} };
        const { parameters } = await loadPlaybook(playbook, await kit().catch(() => none));
        return Object.entries(parameters).map(([word, { description }]) => ({ word, says: description }));
      })(),
    questions: (subject) =>
      quiet(async () => {
        const { questionsOf } = await import('./questions.ts');
        const known = await questionsOf(subject, {
          kit: () => kit().catch(() => ({ playbooks: {} })),
          journals: () => journalDir(flags, io, () => {}),
        });
        return known.map(({ id, text }) => ({ word: id, says: text }));
      })(),
  };
}

/** The clusters that were typed, or all; one that cannot be opened is left out. */
async function openedOf(kit: Kit, typed: string[]): Promise<ClusterKit[]> {
  const named = typedValue(typed, ['-c', '--cluster'])?.split(',');
  const names = indexOf(kit).map(({ name }) => name);
  const chosen = named ? names.filter((name) => named.includes(name)) : names;
  await openClusters(kit, chosen);
  return chosen.flatMap((name) => kit.clusters[name] ?? []);
}

function typedValue(typed: string[], flags: string[]): string | undefined {
  for (const [i, word] of typed.entries()) {
    if (flags.includes(word)) return typed[i + 1];
    const flag = flags.find((one) => word.startsWith(`${one}=`));
    if (flag) return word.slice(flag.length + 1);
  }
  return undefined;
}

const pairs = (labels: Readonly<Record<string, string>>): string[] =>
  Object.entries(labels).map(([key, value]) => `${key}=${value}`);

const unique = (words: string[]): string[] => [...new Set(words)].sort();

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => (done ??= work());
}

/** Nothing is said at a prompt where somebody types. */
function quiet<T>(work: () => Promise<T[]>): () => Promise<T[]> {
  return () => work().catch(() => []);
}
