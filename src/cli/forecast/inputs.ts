import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { usage } from '../../base/errors.ts';
import { systemWords } from '../../base/system-error.ts';
import { type Audited, audited } from '../../forecast/audit.ts';
import { measuredFrom } from '../../forecast/measured.ts';
import { serverCounters } from '../../forecast/server.ts';
import type { Measured } from '../../forecast/types.ts';
import { type Seen, seenIn } from '../../forecast/who.ts';

interface Named {
  nodes: number | undefined;
  files: string[];
}

/** `100=a.prom,b.prom`, or without the nodes. Throws a usage error. */
export function named(word: string, flag: string): Named {
  const [, nodes, files] = /^(?:(\d+)=)?(.+)$/.exec(word) ?? [];
  const list = files?.split(',').filter((file) => file !== '') ?? [];
  if (list.length === 0 || nodes === '0')
    throw usage(`not a size and its files: ${JSON.stringify(word)}`, {
      place: flag,
      expected: 'NODES=FILE[,FILE…], such as 100=cp1.prom,cp2.prom',
    });
  return { nodes: nodes === undefined ? undefined : Number(nodes), files: list };
}

/** One measured size for each `--metrics`. */
export async function readMetrics(words: string[], servers: number | undefined): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const { nodes, files } of words.map((word) => named(word, '--metrics'))) {
    const dumps = [];
    for (const file of files)
      dumps.push(serverCounters(await opened(file, () => readFile(file, 'utf8')), file));
    measured.push(measuredFrom(dumps, { nodes, of: servers }));
  }
  return measured;
}

/** One log for each file of `--audit`; `usual` are the nodes where the word gives none. */
export async function readAudit(
  words: string[],
  usual: number | undefined,
): Promise<{ nodes: number; log: Audited }[]> {
  const logs = [];
  for (const { nodes = usual, files } of words.map((word) => named(word, '--audit'))) {
    if (nodes === undefined)
      throw usage('an audit log does not tell how many nodes the cluster has', {
        place: '--audit',
        next: `--audit NODES=${files.join(',')}`,
      });
    for (const file of files)
      logs.push({ nodes, log: await opened(file, () => audited(linesOf(file), file)) });
  }
  return logs;
}

/** What `who -o json` wrote into these files. */
export async function readSeen(words: string[]): Promise<Seen[]> {
  const seen = [];
  for (const file of words.flatMap((word) => word.split(',')).filter((word) => word !== ''))
    seen.push(...seenIn(await opened(file, () => readFile(file, 'utf8')), file));
  return seen;
}

/** A log is long: a line at a time. */
function linesOf(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Number.POSITIVE_INFINITY });
}

async function opened<T>(file: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw usage(`cannot read ${file}: ${systemWords(error)}`, { place: file, cause: error });
  }
}
