import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { FireaxeError, usage } from '../../base/errors.ts';
import { quote } from '../../base/quote.ts';
import { globMatches } from '../../kit/clusters/glob.ts';
import { home } from '../../kit/home.ts';
import { MOST_BYTES, type SourceText, sourceText, tooLarge } from '../../kit/import/source-text.ts';
import type { ReadInclude } from '../../kit/import/ssh-config.ts';
import type { Inventory } from '../../kit/import/types.ts';
import type { CliIo } from '../types.ts';

export interface SourceFlags {
  kubectl?: string | undefined;
  context?: string | undefined;
  ansible?: string | undefined;
  sshConfig?: string | undefined;
  csv?: string | undefined;
  ec2?: boolean | undefined;
  address?: 'internal' | 'external' | undefined;
}

/** Exactly one source: two could contradict each other. */
export function refuseOtherThanOne(
  { kubectl, context, ansible, sshConfig, csv, ec2 }: SourceFlags,
  what: 'nodes' | 'services' = 'nodes',
): void {
  const ofNodes = { ansible, 'ssh-config': sshConfig, csv, ec2 };
  const flags = { kubectl, context, ...(what === 'nodes' && ofNodes) };
  const given = Object.entries(flags).flatMap(([flag, value]) => (value === undefined ? [] : [`--${flag}`]));
  if (given.length === 1) return;
  const all = Object.keys(flags).map((flag) => `--${flag}`);
  throw usage(
    given.length === 0 ? 'nothing to import from' : `one source at a time, not ${given.join(' and ')}`,
    {
      place: given.join(' ') || (what === 'nodes' ? '--csv' : '--kubectl'),
      expected: `one of ${all.join(', ')}`,
      next: 'fireaxe kit import --help',
    },
  );
}

/** Reads the source that the flags name, other than EC2. */
export async function readSource(flags: SourceFlags, io: CliIo): Promise<Inventory> {
  const { kubectl, context, ansible, sshConfig, csv, address } = flags;
  if (kubectl !== undefined || context !== undefined) {
    const { readKubectl } = await import('../../kit/import/kubectl.ts');
    const { text, source } = await ofKubectl(['nodes'], flags, io);
    return { kind: 'kubectl', source, nodes: readKubectl(text, address), notes: [] };
  }
  if (ansible !== undefined) {
    const { readAnsible } = await import('../../kit/import/ansible/read.ts');
    return {
      kind: 'ansible',
      source: named('ansible', ansible),
      ...(await readAnsible(await textOf(ansible, io))),
    };
  }
  if (sshConfig !== undefined) {
    const { readSshConfig } = await import('../../kit/import/ssh-config.ts');
    const read = await readSshConfig(await textOf(sshConfig, io), includes(io));
    return { kind: 'ssh-config', source: named('ssh-config', sshConfig), ...read };
  }
  const { readCsv } = await import('../../kit/import/csv.ts');
  return { kind: 'csv', source: named('csv', csv!), ...readCsv(await textOf(csv!, io)), notes: [] };
}

/** Reads what kubectl prints of services, from a file or by a context. A file is as old as its last change. */
export async function servicesSource(
  { kubectl, context }: SourceFlags,
  io: CliIo,
): Promise<{ text: SourceText; source: string; writtenAt?: Date }> {
  const read = await ofKubectl(['services,endpointslices', '-A'], { kubectl, context }, io);
  if (kubectl === undefined || kubectl === '-') return read;
  const found = await stat(pathOf(kubectl, io));
  return found.isFile() ? { ...read, writtenAt: found.mtime } : read;
}

/** What kubectl prints of some objects, and where it is from. */
async function ofKubectl(
  what: readonly string[],
  { kubectl, context }: SourceFlags,
  io: CliIo,
): Promise<{ text: SourceText; source: string }> {
  if (kubectl === undefined)
    return { text: await fromContext(what, context!, io), source: `context:${context}` };
  const expected = `the output of kubectl get ${what.join(' ')} -o json`;
  return { text: await textOf(kubectl, io, expected), source: named('kubectl', kubectl) };
}

const named = (kind: string, file: string): string => `${kind}:${file === '-' ? 'stdin' : basename(file)}`;

const pathOf = (typed: string, io: CliIo): string =>
  typed.startsWith('~/') ? join(home(io.env), typed.slice(2)) : typed;

async function textOf(typed: string, io: CliIo, expected?: string): Promise<SourceText> {
  if (typed === '-') return sourceText(await all(io.stdin, 'stdin'), 'stdin', expected);
  const file = pathOf(typed, io);
  const found = await stat(file).catch((cause: NodeJS.ErrnoException) => {
    throw usage(`the file cannot be read (${cause.code})`, { place: file, cause });
  });
  if (found.isDirectory())
    throw usage('a directory, not a file', {
      place: file,
      ...(expected === undefined
        ? { next: `ansible-inventory -i ${quote(file)} --list | fireaxe kit import --ansible -` }
        : { expected }),
    });
  if (!found.isFile() && !found.isFIFO())
    throw usage('not a file', { place: file, expected: 'a file, or - for stdin' });
  if (found.size > MOST_BYTES) throw tooLarge(file);
  return sourceText(await readFile(file), file, expected);
}

async function all(stream: NodeJS.ReadableStream, name: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MOST_BYTES) throw tooLarge(name);
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

const CONTEXT_MS = 60_000;

/** Asks the API server, today, while it answers. */
async function fromContext(what: readonly string[], context: string, io: CliIo): Promise<SourceText> {
  const words = ['get', ...what, '-o', 'json', `--context=${context}`, '--request-timeout=30s'];
  const { execa } = await import('execa');
  const ended = await execa('kubectl', words, {
    env: io.env,
    extendEnv: false,
    stdin: 'ignore',
    timeout: CONTEXT_MS,
    maxBuffer: MOST_BYTES,
    encoding: 'buffer',
    reject: false,
  });
  const got = `kubectl get ${what.join(' ')} -o json`;
  const typed = `${got} --context=${quote(context)}`;
  if (!ended.failed) return sourceText(Buffer.from(ended.stdout), typed, `the output of ${got}`);
  if (ended.code === 'ENOENT')
    throw usage('kubectl is not installed', {
      place: '--context',
      next: `${got} >FILE on another machine, then --kubectl FILE`,
    });
  const said = Buffer.from(ended.stderr ?? '')
    .toString()
    .trim()
    .split('\n')
    .at(-1);
  const why = ended.timedOut ? 'no answer within 60s' : said || ended.shortMessage;
  throw new FireaxeError('usage', `kubectl failed: ${why}`, { place: '--context', next: typed });
}

/** The files of an Include: relative to ~/.ssh, with wildcards in the last part, as far as they can be read. */
const includes =
  ({ env }: CliIo): ReadInclude =>
  async (pattern) => {
    const user = join(home(env), '.ssh');
    const path = pattern.startsWith('~/') ? join(home(env), pattern.slice(2)) : pattern;
    const whole = isAbsolute(path) ? path : join(user, path);
    const [directory, last] = [dirname(whole), basename(whole)];
    const names = /[*?]/.test(last)
      ? (await readdir(directory).catch(() => [])).filter((name) => globMatches(last, name)).sort()
      : [last];
    const read = names.map(async (name) => {
      const file = join(directory, name);
      const bytes = (await stat(file).catch(() => undefined))?.isFile() ? await readFile(file) : undefined;
      return bytes?.toString().trim() ? [sourceText(bytes, file)] : [];
    });
    return (await Promise.all(read)).flat();
  };
