import { describe, expect } from 'vitest';
import { compose } from '../../src/node/compose.ts';
import { library } from '../../src/node/lib/index.ts';
import left from '../../src/status/dns-left.sh';
import { type Sandbox, SHELLS } from '../node/sandbox.ts';
import { test } from '../node/sandbox-test.ts';

const script = `FX_ROOT=$FIREAXE_ROOT\nset -f\n${compose(['left'], { ...library, left })}\n`;

const NAME = [3, 97, 112, 105, 0];
const TO_NAME = [192, 12];
const record = (name: number[], type: number, ttl: number[], data: number[]) => [
  ...name,
  ...[0, type, 0, 1],
  ...[...ttl, 0, data.length],
  ...data,
];
const CNAME = record(TO_NAME, 5, [0, 0, 0, 9], [1, 98, 0]);
const A = record(NAME, 1, [0, 1, 81, 128], [10, 96, 0, 1]);

/** A packet as od prints it, beside how the question ended. */
function printed(...records: number[][]): string {
  const bytes = [
    70,
    88,
    129,
    128,
    0,
    1,
    0,
    records.length,
    0,
    0,
    0,
    0,
    ...NAME,
    0,
    1,
    0,
    1,
    ...records.flat(),
  ];
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += 16)
    lines.push(
      bytes
        .slice(at, at + 16)
        .map((byte) => String(byte).padStart(4))
        .join(''),
    );
  return [lines[0], 'end 0', ...lines.slice(1)].join('\n');
}

const ttl = async (box: Sandbox, shell: string[], text: string) =>
  (await box.run(`${script}dns_ttl '${text}'`, shell)).stdout;

describe.each(SHELLS.map((s) => [s[0]!, s] as const))('%s', (_name, shell) => {
  test('the time of the first address in an answer', async ({ box }) => {
    expect(await ttl(box, shell, printed(A))).toBe('86400\n');
    expect(await ttl(box, shell, printed(CNAME, A))).toBe('86400\n');
  });

  test('no time without an address, of half a packet, or of none', async ({ box }) => {
    expect(await ttl(box, shell, printed())).toBe('');
    expect(await ttl(box, shell, printed(CNAME))).toBe('');
    expect(await ttl(box, shell, printed(A).slice(0, 70))).toBe('');
    expect(await ttl(box, shell, 'end 124')).toBe('');
  });
});

// Busybox's timeout runs its own tools.
test.for(SHELLS.filter(([name]) => name !== 'busybox'))(
  '%s: dig tells it in its answer',
  async (shell, { box }) => {
    const answer = ';; ANSWER SECTION:\\nkubernetes.default.svc.cluster.local.\\t23\\tIN\\tA\\t10.96.0.1\\n';
    box.tool('dig', `printf '${answer}'`);
    const { stdout } = await box.run(`${script}DN_BY=dig; dns_left 10.96.0.10 kubernetes.default`, shell);
    expect(stdout).toBe('23\n');
  },
);
