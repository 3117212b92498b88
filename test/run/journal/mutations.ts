import { sha256 } from '../../../src/base/canonical.ts';
import type { Random } from '../../../src/drill/random.ts';
import { GENESIS } from '../../../src/run/journal/chain.ts';

/** What a fault of the disk or a hand in an editor makes of a journal. */
export function damaged(journal: Buffer, random: Random): Buffer {
  const at = random.below(journal.length);
  const much = 1 + random.below(40);
  const lines = journal.toString('latin1').split('\n').slice(0, -1);
  const line = random.below(lines.length);
  const whole = (changed: string[]) => Buffer.from(`${changed.join('\n')}\n`, 'latin1');
  const cut = (from: number, to: number, between = Buffer.alloc(0)) =>
    Buffer.concat([journal.subarray(0, from), between, journal.subarray(to)]);
  const ways = [
    () => cut(at, at + 1, Buffer.from([journal[at]! ^ (1 << random.below(8))])),
    () => cut(at, at + much, Buffer.alloc(much, random.pick([0, 0xff, 0x0a, 0x22]))),
    () => cut(at, at + much),
    () =>
      cut(at, at, Buffer.from(random.pick(['\n', '\0', '{}', 'null\n', '\ufeff', '\u2028', '"', ' ', '\r']))),
    () => journal.subarray(0, at),
    () => Buffer.concat([journal, journal.subarray(at)]),
    () => whole(lines.toSpliced(line, 1)),
    () => whole(lines.toSpliced(line, 0, lines[random.below(lines.length)]!)),
    () => whole(lines.with(line, lines[random.below(lines.length)]!)),
    () => whole(lines.toReversed()),
    () => whole([...lines.slice(0, line), ...lines.slice(line).reverse()]),
    () => whole(lines.with(line, lines[line]!.replace(/"(ok|failed|done)"/, '"unknown"').replace(/\d/, '7'))),
  ];
  return random.pick(ways)();
}

const VALUES: unknown[] = [
  null,
  undefined,
  true,
  0,
  -1,
  1.5,
  1e308,
  '',
  'x',
  '\u202e\0',
  '__proto__',
  'x'.repeat(20_000),
  [],
  [null],
  [[]],
  {},
  { toString: 1 },
  { length: -1 },
];

/** What somebody writes who knows how the chain is made: some values changed, and all hashes made anew. */
export function forged(journal: Buffer, random: Random): Buffer {
  const records = journal
    .toString('utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  for (let n = 1 + random.below(2); n > 0; n--) change(random.pick(records), random);
  if (random.below(4) === 0) records.splice(random.below(records.length), 1);
  if (random.below(8) === 0) records.push({ ...random.pick(records) });
  let prev = GENESIS;
  const lines = records.map((record, seq) => {
    const line = JSON.stringify({ ...record, seq, prev });
    prev = sha256(line);
    return line;
  });
  return Buffer.from(lines.map((line) => `${line}\n`).join(''));
}

/** One value, at any depth, becomes another one, goes, or stands under another name. */
function change(record: Record<string, unknown>, random: Random): void {
  let at: Record<string, unknown> = record;
  for (;;) {
    const keys = Object.keys(at);
    if (keys.length === 0) return;
    const key = random.pick(keys);
    const inner = at[key];
    if (typeof inner === 'object' && inner !== null && random.below(5) > 0) {
      at = inner as Record<string, unknown>;
      continue;
    }
    const how = random.below(10);
    if (how === 0) delete at[key];
    else if (how === 1) at[random.pick(['__proto__', 'constructor', 'kind', 'x'])] = inner;
    else at[key] = random.pick(VALUES);
    return;
  }
}
