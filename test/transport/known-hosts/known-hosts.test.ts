import { createHmac, generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { KnownHosts } from '../../../src/transport/known-hosts/known-hosts.ts';
import { createKnownHosts, loadKnownHosts } from '../../../src/transport/known-hosts/known-hosts.ts';

/** A length-prefixed field. */
function part(bytes: Buffer | string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, Buffer.from(bytes)]);
}

/** A fresh ed25519 public key: what follows the host names in known_hosts, and its bytes. */
function newKey() {
  const raw = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const blob = Buffer.concat([part('ssh-ed25519'), part(raw)]);
  return { blob, line: `ssh-ed25519 ${blob.toString('base64')}` };
}

function hashed(name: string): string {
  const salt = Buffer.alloc(20, name.length);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

const a = newKey();
const b = newKey();
const RSA = `ssh-rsa ${Buffer.concat([part('ssh-rsa'), part(Buffer.alloc(3, 1)), part(Buffer.alloc(256, 1))]).toString('base64')}`;

const known = (...lines: string[]): KnownHosts =>
  createKnownHosts([{ file: 'known_hosts', text: lines.join('\n') }]);
const verdict = (hosts: KnownHosts, port = 22, key = a.blob, address = '10.0.0.1') =>
  hosts.check(address, port, key).verdict;

describe('the verdict on a host key', () => {
  it('matches the plain, listed, wildcard and hashed name', () => {
    expect(verdict(known(`10.0.0.1 ${a.line}`))).toBe('match');
    expect(verdict(known(`node-1,10.0.0.1 ${a.line} a comment`))).toBe('match');
    expect(verdict(known(`10.0.0.* ${a.line}`))).toBe('match');
    expect(verdict(known(`10.0.0.? ${a.line}`))).toBe('match');
    expect(verdict(known(`${hashed('10.0.0.1')} ${a.line}`))).toBe('match');
    expect(verdict(known(`${hashed('[10.0.0.1]:2222')} ${a.line}`), 2222)).toBe('match');
  });

  it('matches a port by its brackets, and by the bare address when nothing names the port', () => {
    expect(verdict(known(`[10.0.0.1]:2222 ${a.line}`), 2222)).toBe('match');
    expect(verdict(known(`[10.0.0.1]:2222 ${a.line}`), 22)).toBe('unknown');
    expect(verdict(known(`10.0.0.1 ${a.line}`), 2222)).toBe('match');
    expect(verdict(known(`10.0.0.1 ${b.line}`), 2222)).toBe('unknown');
    expect(verdict(known(`10.0.0.1 ${a.line}`, `[10.0.0.1]:2222 ${b.line}`), 2222)).toBe('changed');
  });

  it('reads IPv6 addresses in capital letters too', () => {
    expect(verdict(known(`FD00::1 ${a.line}`), 22, a.blob, 'fd00::1')).toBe('match');
    expect(verdict(known(`[fd00::1]:2222 ${a.line}`), 2222, a.blob, 'FD00::1')).toBe('match');
  });

  it('reads IPv6 addresses in other spellings too', () => {
    const long = 'fd00:0:0:0::1';
    expect(verdict(known(`fd00::1 ${a.line}`), 22, a.blob, long)).toBe('match');
    expect(verdict(known(`${hashed('[fd00::1]:2222')} ${a.line}`), 2222, a.blob, long)).toBe('match');
    expect(verdict(known(`fd00::1 ${b.line}`), 22, a.blob, long)).toBe('changed');
    expect(known(`fd00::1 ${RSA}`, `${long} ${a.line}`).record(long, 22).keyTypes).toHaveLength(2);
  });

  it('looks at the bare address where only revoked keys or authorities stand by the port', () => {
    for (const line of [`@revoked * ${b.line}`, `@cert-authority * ${b.line}`]) {
      const hosts = known(line, `10.0.0.1 ${a.line}`);
      expect(verdict(hosts, 2222)).toBe('match');
      const authority = line.startsWith('@cert-authority');
      expect(hosts.record('10.0.0.1', 2222)).toEqual({ keyTypes: ['ssh-ed25519'], authority });
    }
    expect(verdict(known(`@revoked * ${a.line}`, `10.0.0.1 ${a.line}`), 2222)).toBe('revoked');
    expect(verdict(known(`@revoked 10.0.0.1 ${a.line}`, `10.0.0.1 ${a.line}`), 2222)).toBe('revoked');
  });

  it('lets one negated pattern turn the line down', () => {
    expect(verdict(known(`10.0.0.*,!10.0.0.1 ${a.line}`))).toBe('unknown');
    expect(verdict(known(`!10.0.0.1,10.0.0.* ${a.line}`))).toBe('unknown');
    expect(verdict(known(`!10.0.0.2,10.0.0.* ${a.line}`))).toBe('match');
    expect(verdict(known(`!10.0.0.2 ${a.line}`))).toBe('unknown');
  });

  it('tells unknown, changed and revoked apart, and says where', () => {
    expect(verdict(known(`10.0.0.9 ${a.line}`))).toBe('unknown');
    expect(known('', `10.0.0.1 ${b.line}`).check('10.0.0.1', 22, a.blob)).toMatchObject({
      verdict: 'changed',
      places: ['known_hosts:2'],
    });
    expect(verdict(known(`10.0.0.1 ${b.line}`, `10.0.0.1 ${a.line}`))).toBe('match');
    expect(verdict(known(`10.0.0.1 ${a.line}`, `@revoked * ${a.line}`))).toBe('revoked');
    expect(verdict(known(`10.0.0.1 ${a.line}`, `@revoked * ${b.line}`))).toBe('match');
    expect(verdict(known(`@revoked 10.0.0.1 ${b.line}`))).toBe('unknown');
  });

  it('never takes a certificate authority for a host key', () => {
    const hosts = known(`@cert-authority *,!10.0.0.2 ${a.line}`);
    expect(verdict(hosts)).toBe('unknown');
    expect(hosts.record('10.0.0.1', 22)).toEqual({ keyTypes: [], authority: true });
    expect(hosts.record('10.0.0.2', 22)).toEqual({ keyTypes: [], authority: false });
  });

  it('tells the key types on record', () => {
    const hosts = known(`10.0.0.1 ${RSA}`, `10.0.0.1 ${a.line}`, `@revoked 10.0.0.1 ${b.line}`);
    expect(hosts.record('10.0.0.1', 22).keyTypes).toEqual(['ssh-rsa', 'ssh-ed25519']);
  });
});

describe('lines that are skipped', () => {
  it('are reported with their place', () => {
    const bad = [
      '# a comment, an empty line and spaces are fine',
      '',
      `   10.0.0.1\t${a.line}  `,
      `@unheard 10.0.0.1 ${a.line}`,
      '10.0.0.1',
      `10.0.0.1 ssh-rsa ${a.line.split(' ')[1]}`,
      '10.0.0.1 ssh-ed25519 not/base64!',
      `|1|c2hvcnQ=|c2hvcnQ= ${a.line}`,
      `|2|x|y ${a.line}`,
      '10.0.0.1 2048 35 1234567',
    ];
    const hosts = known(...bad);
    expect(hosts.problems.map((problem) => problem.place)).toEqual(
      [4, 5, 6, 7, 8, 9, 10].map((line) => `known_hosts:${line}`),
    );
    expect(verdict(hosts)).toBe('match');
  });

  it('do not keep other files from being read', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'fx-kh-'));
    writeFileSync(join(dir, 'one'), 'nonsense\n');
    writeFileSync(join(dir, 'two'), `10.0.0.1 ${a.line}\r\n`);
    const hosts = await loadKnownHosts([join(dir, 'one'), join(dir, 'two')]);
    expect(verdict(hosts)).toBe('match');
    await expect(loadKnownHosts([join(dir, 'three')])).rejects.toMatchObject({ kind: 'usage' });
    rmSync(dir, { recursive: true });
  });
});

// So many that it would take minutes to go through all lines for each host.
it('a big file answers without a look at every line', () => {
  const names = Array.from({ length: 60_000 }, (_, i) => `10.${i >> 8}.${i & 255}.7`);
  const hosts = createKnownHosts([{ file: 'f', text: names.map((name) => `${name} ${a.line}`).join('\n') }]);
  expect(names.filter((name) => hosts.check(name, 22, a.blob).verdict !== 'match')).toEqual([]);
});

describe('a key that lost a part, by an editor or a paste', () => {
  const place = 'known_hosts:2';

  it('is no other key: the host is unknown, and the line is named, wherever it was cut', () => {
    const base64 = a.line.split(' ')[1]!;
    for (let length = 0; length < base64.length; length++) {
      for (const host of ['10.0.0.1', '[10.0.0.1]:2222', hashed('10.0.0.1')]) {
        const port = host.startsWith('[') ? 2222 : 22;
        const hosts = known('something wrong', `${host} ssh-ed25519 ${base64.slice(0, length)}`);
        const check = hosts.check('10.0.0.1', port, a.blob);
        expect([check.verdict, check.skipped.map((one) => one.place)], `${host} ${length}`).toEqual([
          'unknown',
          [place],
        ]);
      }
    }
  });

  it('nor with a part twice, or of another kind', () => {
    for (const damaged of [`${a.line.slice(0, -1)}AAAA`, `${a.line}AAAA`, RSA.slice(0, -4)]) {
      expect(known('', `10.0.0.1 ${damaged}`).check('10.0.0.1', 22, a.blob)).toMatchObject({
        verdict: 'unknown',
        skipped: [{ place }],
      });
    }
  });

  it('takes nothing away from a whole line of the same host', () => {
    const hosts = known(`10.0.0.1 ${a.line.slice(0, -9)}`, `10.0.0.1 ${a.line}`);
    expect(hosts.check('10.0.0.1', 22, a.blob)).toMatchObject({ verdict: 'match', skipped: [] });
    expect(verdict(hosts, 22, b.blob)).toBe('changed');
  });
});
