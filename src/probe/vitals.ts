import { formatTime } from '../base/time.ts';
import type { Vitals } from './types.ts';

/** What vitals.sh printed, as far as it is in its form; undefined where it printed nothing. */
export function readVitals(stdout: string): Vitals | undefined {
  const lines = stdout.split('\n').flatMap((line) => {
    const [, name, value] = /^vital (\w{1,20}) (.{1,120})$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, value: value! }];
  });
  if (lines.length === 0) return undefined;
  const words = new Map(lines.map(({ name, value }) => [name, value]));
  const served = timeOf(Date.parse(words.get('served') ?? ''));
  const since = timeOf((count(words.get('since')) ?? Number.NaN) * 1000);
  const leads = words.get('etcdLeads');
  const fsync = fsyncOf(words.get('etcdFsync'));
  return {
    ...(served !== undefined && { servedUntil: served }),
    clients: lines.flatMap(({ name, value }) => (name === 'client' ? clientOf(value) : [])),
    ...(since !== undefined && { since }),
    ...counts(words),
    ...((leads === '0' || leads === '1') && { etcdLeads: leads === '1' }),
    ...(fsync && { etcdFsync: fsync }),
  };
}

const COUNTS = [
  'restarts',
  'memoryUsed',
  'memoryLimit',
  'memoryOfMachine',
  'etcdMembers',
  'etcdPeers',
] as const;

function counts(words: Map<string, string>): Partial<Record<(typeof COUNTS)[number], number>> {
  return Object.fromEntries(
    COUNTS.flatMap((name) => {
      const value = count(words.get(name));
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** `20271103120000 /etc/kubernetes/admin.conf`, in UTC. */
function clientOf(value: string): Vitals['clients'] {
  const [, date, time, file] = /^(\d{8})(\d{6}) (\/[\x21-\x7e]+)$/.exec(value) ?? [];
  if (date === undefined) return [];
  const parts = (text: string) => text.match(/\d\d/g)!;
  const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
  const until = timeOf(Date.parse(`${day}T${parts(time!).join(':')}Z`));
  return until === undefined ? [] : [{ file: file!, until }];
}

function timeOf(ms: number): string | undefined {
  return Math.abs(ms) < 8.64e15 ? formatTime(new Date(ms)) : undefined;
}

/** Milliseconds, after `over` where they are the end of the longest bucket. */
function fsyncOf(text = ''): Vitals['etcdFsync'] {
  const [, over, ms] = /^(over)?(\d{1,6}(?:\.\d{1,3})?)$/.exec(text) ?? [];
  return ms === undefined ? undefined : { ms: Number(ms), ...(over && { over: true }) };
}
