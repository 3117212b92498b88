import { spawnSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { indexKnownHosts } from '../../../src/transport/known-hosts/index-by-host.ts';
import { parseKnownHosts } from '../../../src/transport/known-hosts/line.ts';

const hasKeygen = spawnSync('ssh-keygen', ['-F', 'x', '-f', '/dev/null']).error === undefined;
if (!hasKeygen) console.log('skipped: ssh-keygen is not installed, so known_hosts has no outside oracle');

const dir = mkdtempSync(join(tmpdir(), 'fx-oracle-'));
afterAll(() => rmSync(dir, { recursive: true }));

const KEY = `ssh-ed25519 ${Buffer.concat([
  Buffer.from([0, 0, 0, 11]),
  Buffer.from('ssh-ed25519'),
  Buffer.from([0, 0, 0, 32]),
  Buffer.alloc(32, 7),
]).toString('base64')}`;

const NAMES = ['10.0.0.1', '10.0.0.12', '[10.0.0.1]:2222', 'fd00::1', 'Node-A.zone'];
const name = fc.constantFrom(...NAMES);
const pattern = fc.oneof(
  name,
  fc.constantFrom('*', '10.0.0.?', '10.*', '[10.0.0.1]:*', '*.zone', 'NODE-a.*', '?d00*', '10.0.0.1*'),
);
const list = fc
  .array(
    fc.tuple(fc.constantFrom('', '', '!'), pattern).map((parts) => parts.join('')),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .map((patterns) => patterns.join(','));
const hashed = name.map((plain) => {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(plain.toLowerCase()).digest('base64')}`;
});
const line = fc
  .tuple(fc.constantFrom('', '', '', '@revoked ', '@cert-authority '), fc.oneof(list, hashed))
  .map(([marker, hosts]) => `${marker}${hosts} ${KEY}`);
const text = fc.array(fc.oneof({ weight: 5, arbitrary: line }, fc.constantFrom('', '# note', 'junk')), {
  maxLength: 12,
});

it.skipIf(!hasKeygen)('finds the very lines that ssh-keygen -F finds', () => {
  const file = join(dir, 'known_hosts');
  fc.assert(
    fc.property(text, name, (lines, written) => {
      // ssh lowers a name before it looks it up; ssh-keygen leaves that to its caller.
      const asked = written.toLowerCase();
      writeFileSync(file, `${lines.join('\n')}\n`);
      const { stdout } = spawnSync('ssh-keygen', ['-F', asked, '-f', file], { encoding: 'utf8' });
      const theirs = [...stdout.matchAll(/found: line (\d+)/g)].map((match) => Number(match[1]));
      const ours = indexKnownHosts(parseKnownHosts(lines.join('\n'), 'f').lines)
        .linesFor(asked)
        .map((found) => Number(found.place.split(':')[1]));
      expect(ours.sort((a, b) => a - b)).toEqual(theirs);
    }),
    { numRuns: 80 },
  );
});
