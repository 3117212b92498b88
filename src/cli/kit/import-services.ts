import { readFile } from 'node:fs/promises';
import { FireaxeError, usage } from '../../base/errors.ts';
import { together } from '../../base/together.ts';
import { readServiceList } from '../../kit/import/kubectl-services.ts';
import { isExample } from '../../kit/init/example.ts';
import { mustBeFile } from '../../kit/read-text.ts';
import { diffServices } from '../../kit/services/diff.ts';
import { readServicesFile, servicesFileOf, writeServicesFile } from '../../kit/services/file.ts';
import { refuseOthersAndParts } from '../../kit/services/of-cluster.ts';
import { readServices } from '../../kit/services/schema.ts';
import { countsOf, nameOf, type Service, type ServicesSnapshot } from '../../kit/services/types.ts';
import type { ClusterKit } from '../../kit/types.ts';
import { obtain, plainConsent } from '../consent.ts';
import type { CliContext } from '../context.ts';
import { type SourceFlags, servicesSource } from './import-source.ts';

const FOR_NODES = ['ansible', 'sshConfig', 'csv', 'ec2', 'only', 'role', 'address'] as const;

/** Refuses a flag that only an import of nodes takes. */
export function refuseFlagsOfNodes(flags: object): void {
  const given = Object.entries(flags).flatMap(([name, typed]) => (typed === undefined ? [] : [name]));
  const other = FOR_NODES.find((name) => given.includes(name));
  if (other === undefined) return;
  const flag = other === 'sshConfig' ? '--ssh-config' : `--${other}`;
  throw usage(`${flag} is for nodes, not for services`, {
    place: flag,
    expected: '--kubectl FILE or --context NAME',
    next: 'fireaxe kit import --help',
  });
}

/** Takes the services of a cluster into the kit: shows the difference, asks, and writes all of it or nothing. */
export async function importServices(
  context: CliContext,
  cluster: ClusterKit,
  flags: SourceFlags & { replace?: boolean | undefined },
): Promise<void> {
  const { sink, io, kit } = context;
  const { name, fleet } = cluster;
  const { text, source, writtenAt = io.now() } = await servicesSource(flags, io);
  const found = readServiceList(text);
  const file = servicesFileOf(kit.path, name);
  const replace = flags.replace === true;
  const { former, before } = await formerOf(file, name, replace);
  if (!replace)
    refuseOthersAndParts(found, {
      cluster: name,
      fleet: isExample(fleet) ? [] : fleet.nodes,
      former,
      source: text.file,
    });
  const snapshot = snapshotOf(found.services, {
    cluster: name,
    source,
    takenAt: earlier(writtenAt, io.now()),
  });
  const { lines, ...changes } = diffServices(former, snapshot.services);
  for (const line of lines) sink.text(line);
  const counts = countsOf(snapshot.services);
  const changed = changeText(changes);
  sink.text(`${name}: ${countText(counts)} from ${source}: ${changed || 'nothing changes'}`);
  for (const note of found.notes) sink.note(note);
  const write = context.flags.dryRun !== true;
  sink.json({ cluster: name, source, ...counts, written: write, changes });
  if (!write) return sink.note('not written, because of --dry-run');
  if (changed !== '')
    await obtain(plainConsent(`Write ${counts.services} services to ${file}?`, context.flags, io), io);
  await writeServicesFile(file, snapshot, async () => {
    if ((await readFile(file, 'utf8').catch(() => undefined)) === before) return;
    throw new FireaxeError('stale', 'the snapshot was changed in the meantime: nothing was written', {
      place: file,
      next: 'import again',
    });
  });
  sink.note(`saved to ${file}`);
}

/** What the kit has, and its text. With `replace` what cannot be understood counts for nothing; what is not a file is refused. */
async function formerOf(
  file: string,
  cluster: string,
  replace: boolean,
): Promise<{ former: readonly Service[]; before?: string }> {
  const found = await mustBeFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (found === undefined) return { former: [] };
  const before = await readFile(file, 'utf8').catch(() => undefined);
  const of = (former: readonly Service[]) => (before === undefined ? { former } : { former, before });
  try {
    return of(readServicesFile(file, cluster)?.services ?? []);
  } catch (error) {
    if (replace && error instanceof FireaxeError) return of([]);
    throw error;
  }
}

const earlier = (a: Date, b: Date): Date => (a < b ? a : b);

/** The snapshot; throws everything for which it could not be read again. */
function snapshotOf(
  services: readonly Service[],
  { cluster, source, takenAt }: { cluster: string; source: string; takenAt: Date },
): ServicesSnapshot {
  const made = { schemaVersion: 1, cluster, takenAt: takenAt.toISOString(), source, services };
  const read = readServices(made, cluster);
  if ('snapshot' in read) return read.snapshot;
  const wrong = read.issues.map(({ path, message }) => {
    const one = services[Number(path[1])];
    return usage(`${one === undefined ? '' : `${nameOf(one)}: `}${message}`, { place: source });
  });
  throw together(wrong, 'mistakes; nothing was written');
}

const countText = ({ services, headless, externalName }: ReturnType<typeof countsOf>): string =>
  `${services} services (${headless} headless, ${externalName} ExternalName)`;

const changeText = (changes: { new: number; gone: number; changed: number }): string =>
  Object.entries(changes)
    .flatMap(([word, n]) => (n > 0 ? [`${n} ${word}`] : []))
    .join(', ');
