import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpensshTransport } from '../../../src/transport/openssh/transport.ts';
import { createSshTransport } from '../../../src/transport/ssh/transport.ts';
import { newKeyFile, noSshd, type RealSshd, startSshd } from '../sshd.ts';
import { raw, runOne, target } from '../subjects.ts';
import { blobOf, signKey } from './authority.ts';
import { certificate, ed25519, type Forged, fido, options, publicLine, rsa } from './forge.ts';
import { forgedServer } from './forged-server.ts';

/** Host certificates, judged by ssh(1) and by the ssh transport against the same real sshd. */
interface Row {
  /** What both say; where they differ, ssh first. */
  is: 'ok' | 'refused' | ['ok', 'refused'];
  /** The host's certificate: options for ssh-keygen -s, or a certificate of our own making; default: a good one. */
  sign?: string[] | ((host: Forged) => Buffer);
  /** The private key of the authority, by name. */
  by?: string;
  /** The name that the host goes by. */
  alias?: string;
  /** The host's own key, by name. */
  host?: string;
  /** known_hosts; `@ca` stands for the authority's key, `@host` for the host's. */
  known?: string;
  /** The list of revoked keys: a text, or what ssh-keygen -k makes of one. */
  revoked?: { text: string; krl?: boolean } | Buffer;
}

const GOOD = ['-n', '127.0.0.1'];
const LINE = '@cert-authority * @ca';

const ROWS: Record<string, Row> = {
  'its address': { is: 'ok' },
  'its address among others': { is: 'ok', sign: ['-n', 'node-1,10.0.0.1,127.0.0.1'] },
  'a pattern of addresses': { is: 'refused', sign: ['-n', '127.*'] },
  'a pattern with a question mark': { is: 'refused', sign: ['-n', '127.0.0.?'] },
  'another name': { is: 'refused', sign: ['-n', 'node-1'] },
  'another name, by which it goes': { is: 'ok', sign: ['-n', 'node-1'], alias: 'node-1' },
  'its address, but it goes by a name': { is: 'refused', alias: 'node-1' },
  'a name, the authority for such names': {
    is: 'ok',
    sign: ['-n', 'node-1.zone'],
    alias: 'Node-1.zone',
    known: '@cert-authority *.zone @ca',
  },
  'a name, the authority for addresses': {
    is: 'refused',
    sign: ['-n', 'node-1'],
    alias: 'node-1',
    known: '@cert-authority 127.0.0.1,[127.0.0.1]:* @ca',
  },
  'a name, its plain key known by that name': { is: 'ok', alias: 'node-1', known: 'node-1 @host' },
  // Older versions of ssh take it for any host.
  'no name at all': { is: ['ok', 'refused'], sign: [] },
  'valid now': { is: 'ok', sign: [...GOOD, '-V', '-1h:+1h'] },
  'not yet valid': { is: 'refused', sign: [...GOOD, '-V', '+1h:+2h'] },
  expired: { is: 'refused', sign: [...GOOD, '-V', '-2h:-1h'] },
  'expired, its plain key known': {
    is: 'ok',
    sign: [...GOOD, '-V', '-2h:-1h'],
    known: `${LINE}\n127.0.0.1 @host`,
  },
  'for users': { is: 'refused', sign: (host) => certificate(host, forgedCa, { role: 1 }) },
  'a critical option': {
    is: 'refused',
    sign: (host) => certificate(host, forgedCa, { critical: options({ 'force-command': 'x' }) }),
  },
  'an unknown extension': {
    is: 'ok',
    sign: (host) => certificate(host, forgedCa, { extensions: options({ 'note@example.com': 'x' }) }),
  },
  'an authority of FIDO': { is: 'ok', sign: (host) => certificate(host, fidoCa), by: 'fido' },
  'an ECDSA authority': { is: 'ok', by: 'ca-ecdsa' },
  'an RSA authority': { is: 'ok', by: 'ca-rsa' },
  'an RSA authority with SHA-256': { is: 'ok', sign: [...GOOD, '-t', 'rsa-sha2-256'], by: 'ca-rsa' },
  'an RSA authority with SHA-1': { is: 'refused', sign: (host) => certificate(host, sha1Ca), by: 'sha1' },
  'an RSA host key': { is: 'ok', host: 'host-rsa' },
  'an ECDSA host key': { is: 'ok', host: 'host-521' },
  'another authority': { is: 'refused', known: '@cert-authority * @other' },
  'another authority, its plain key known': {
    is: 'ok',
    known: '@cert-authority * @other\n127.0.0.1 @host',
  },
  'two authorities': { is: 'ok', known: `@cert-authority * @other\n${LINE}` },
  'an authority and another plain key': { is: 'ok', known: `${LINE}\n127.0.0.1 @other` },
  'the authority for other hosts': { is: 'refused', known: '@cert-authority 10.0.0.* @ca' },
  'the authority by address and port': { is: 'ok', known: '@cert-authority [127.0.0.1]:@port @ca' },
  'the authority by address alone': { is: 'ok', known: '@cert-authority 127.0.0.1 @ca' },
  'the authority by a hashed name': { is: 'ok', known: '@cert-authority @hashed @ca' },
  'the authority as a plain key': { is: 'refused', known: '127.0.0.1 @ca' },
  'all but this host': { is: 'refused', known: '@cert-authority *,!127.0.0.1,![127.0.0.1]:* @ca' },
  'its authority revoked': { is: 'refused', known: `${LINE}\n@revoked * @ca` },
  'its key revoked': { is: 'refused', known: `${LINE}\n@revoked * @host` },
  'its certificate revoked': { is: 'refused', known: `${LINE}\n@revoked * @cert` },
  'another key revoked': { is: 'ok', known: `${LINE}\n@revoked * @other` },
  'its serial in a KRL': { is: 'refused', revoked: { text: 'serial: 7', krl: true } },
  'its serial in a range of a KRL': { is: 'refused', revoked: { text: 'serial: 2-90', krl: true } },
  'its serial in a bitmap of a KRL': {
    is: 'refused',
    revoked: { text: 'serial: 1\nserial: 3\nserial: 5\nserial: 7\nserial: 9', krl: true },
  },
  'other serials in a KRL': { is: 'ok', revoked: { text: 'serial: 8-90\nserial: 1\nserial: 3', krl: true } },
  'its name in a KRL': { is: 'refused', revoked: { text: 'id: test', krl: true } },
  'its key in a KRL': { is: 'refused', revoked: { text: 'key: @host', krl: true } },
  'its certificate in a KRL': { is: 'refused', revoked: { text: '@cert', krl: true } },
  'its authority in a KRL': { is: 'refused', revoked: { text: 'key: @ca', krl: true } },
  'a hash of its key in a KRL': { is: 'refused', revoked: { text: 'sha256: @host', krl: true } },
  'a SHA-1 hash of its key in a KRL': { is: 'refused', revoked: { text: 'sha1: @host', krl: true } },
  'its key in a list': { is: 'refused', revoked: { text: '# bad\n@host\n' } },
  'its authority in a list': { is: 'refused', revoked: { text: '@ca\n' } },
  'another key in a list': { is: 'ok', revoked: { text: '@other\n' } },
  'a damaged list': { is: 'refused', revoked: { text: 'ssh-ed25519 AAAA\n' } },
  'a damaged KRL': { is: 'refused', revoked: Buffer.from('SSHKRL\n\0\0\0\0\x01') },
};

let forgedCa: Forged;
let fidoCa: Forged;
let sha1Ca: Forged;

describe.skipIf(noSshd)('host certificates as ssh(1) judges them', () => {
  let dir: string;
  const lines: Record<string, string> = {};

  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'fx-cert-'));
    const make = (name: string, ...how: string[]) => {
      lines[name] = newKeyFile(join(dir, name), ...how);
    };
    for (const name of ['ca', 'other', 'host']) make(name);
    make('ca-ecdsa', '-t', 'ecdsa');
    make('ca-rsa', '-t', 'rsa', '-b', '2048');
    make('host-rsa', '-t', 'rsa', '-b', '2048');
    make('host-521', '-t', 'ecdsa', '-b', '521');
    [forgedCa, fidoCa, sha1Ca] = [ed25519(), fido(), rsa('ssh-rsa', 'sha1')];
    Object.assign(lines, { fido: publicLine(fidoCa.blob), sha1: publicLine(sha1Ca.blob) });
  });
  afterAll(async () => {
    for (const { sshd } of served.values()) await sshd.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const served = new Map<string, { sshd: RealSshd; cert: string; ca: string }>();

  /** A server that shows the certificate of a row; rows with the same one share it. */
  async function serve(name: string, row: Row) {
    const key = typeof row.sign === 'function' ? name : JSON.stringify([row.sign, row.by, row.host]);
    const found = served.get(key);
    if (found) return found;
    const { cert, ca } = certify(row, join(dir, name.replace(/\W+/g, '-')));
    const sshd = await startSshd([`HostKey ${join(dir, row.host ?? 'host')}`, `HostCertificate ${cert}`]);
    served.set(key, { sshd, cert, ca });
    return served.get(key)!;
  }

  /** The certificate of a row in a file, and the public line of its authority. */
  function certify(row: Row, file: string): { cert: string; ca: string } {
    const host = row.host ?? 'host';
    if (typeof row.sign === 'function') {
      const blob = row.sign({ blob: blobOf(join(dir, `${host}.pub`)), sign: () => Buffer.alloc(0) });
      writeFileSync(`${file}-cert.pub`, `${publicLine(blob)}\n`);
      return { cert: `${file}-cert.pub`, ca: lines[row.by ?? ''] ?? publicLine(forgedCa.blob) };
    }
    const by = row.by ?? 'ca';
    const how = ['-h', '-z', '7', ...(row.sign ?? GOOD)];
    return { cert: signKey(join(dir, by), lines[host]!, file, ...how), ca: lines[by]! };
  }

  function revokedFile(row: Row, file: string, words: (text: string) => string, ca: string) {
    if (!row.revoked) return undefined;
    if (Buffer.isBuffer(row.revoked)) writeFileSync(file, row.revoked);
    else if (!row.revoked.krl) writeFileSync(file, words(row.revoked.text));
    else {
      writeFileSync(`${file}.spec`, `${words(row.revoked.text)}\n`);
      writeFileSync(`${file}.ca`, `${ca}\n`);
      execFileSync('ssh-keygen', ['-q', '-k', '-f', file, '-s', `${file}.ca`, `${file}.spec`]);
    }
    return file;
  }

  it.each(Object.entries(ROWS))('%s', async (name, row) => {
    const file = join(dir, name.replace(/\W+/g, '-'));
    const host = row.host ?? 'host';
    const { sshd, cert, ca } = await serve(name, row);
    const known = join(dir, 'known');
    const hashed = () => {
      writeFileSync(`${file}.hash`, `127.0.0.1 ${ca}\n`);
      execFileSync('ssh-keygen', ['-q', '-H', '-f', `${file}.hash`], { stdio: 'ignore' });
      return readFileSync(`${file}.hash`, 'utf8').split(' ')[0]!;
    };
    const words = (text: string) =>
      text
        .replaceAll('@port', String(sshd.port))
        .replaceAll('@host', lines[host]!)
        .replaceAll('@other', lines.other!)
        .replaceAll('@hashed', () => hashed())
        .replaceAll(/@cert(?!-)/g, readFileSync(cert, 'utf8').trim())
        .replaceAll(/@ca\b/g, ca);
    writeFileSync(known, `${words(row.known ?? LINE)}\n`);
    const revokedHostKeys = revokedFile(row, `${file} %d.revoked`, words, ca);
    const kit = { knownHosts: [known], ...(revokedHostKeys !== undefined && { revokedHostKeys }) };
    const alias = row.alias === undefined ? {} : { hostKeyAlias: row.alias };
    const ssh = { user: sshd.user, identity: sshd.identity, ...alias };
    const node = target({ port: sshd.port, ssh });
    const byTheirs = await runOne(createOpensshTransport({ kit }), node, raw('true'));
    const theirs = byTheirs.state;
    if (theirs !== 'ok') expect(byTheirs.reason?.code).toMatch(/^host-/);
    const mine = await createSshTransport({ kit }).then(
      async (ours) => {
        const outcome = await runOne(ours, node, raw('true'));
        await ours.close();
        if (outcome.state !== 'ok') expect(outcome.reason?.code).toMatch(/^host-/);
        return outcome.state;
      },
      () => 'unreachable' as const,
    );
    const said = (state: string) => (state === 'ok' ? 'ok' : 'refused');
    const [one, other] = typeof row.is === 'string' ? [row.is, row.is] : row.is;
    expect(said(mine)).toBe(other);
    // A newer ssh may be stricter, as we are.
    expect([one, other]).toContain(said(theirs));
  });

  it.each<[string, boolean, (good: Buffer, host: Forged) => Buffer]>([
    ['a good one', true, (good) => good],
    ['a signature with one bit changed', false, (good) => flipped(good, good.length - 1)],
    ['a name with one bit changed', false, (good) => flipped(good, good.indexOf('127.0.0.1') + 8)],
    ['something after its end', false, (good) => Buffer.concat([good, Buffer.from([0])])],
    ['cut short', false, (good) => good.subarray(0, good.length - 9)],
    ['neither for users nor hosts', false, (_, host) => certificate(host, forgedCa, { role: 3 })],
    [
      'options that are not whole',
      false,
      (_, host) => certificate(host, forgedCa, { critical: Buffer.from([0, 0, 0, 9]) }),
    ],
    [
      'signed by a certificate',
      false,
      (_, host) => certificate(host, { ...forgedCa, blob: certificate(forgedCa, forgedCa) }),
    ],
    ['for the key of another host', false, () => certificate(ed25519(), forgedCa)],
    [
      'too many names',
      false,
      (_, host) =>
        certificate(host, forgedCa, { principals: Array.from({ length: 257 }, () => '127.0.0.1') }),
    ],
    [
      'a zero byte in its name',
      false,
      (_, host) => certificate(host, forgedCa, { principals: ['127.0.0.1', 'a\0b'] }),
    ],
  ])('what no sshd loads: %s', async (_, good, forge) => {
    const host = { blob: blobOf(join(dir, 'host.pub')), sign: () => Buffer.alloc(0) };
    const server = await forgedServer(forge(certificate(host, forgedCa), host), join(dir, 'host'));
    const known = join(dir, 'known');
    writeFileSync(known, `@cert-authority * ${publicLine(forgedCa.blob)}\n`);
    const kit = { knownHosts: [known] };
    const node = target({ port: server.port, ssh: { user: 'root', identity: join(dir, 'other') } });
    const theirs = createOpensshTransport({ kit });
    await runOne(theirs, node, raw('true'));
    const byTheirs = server.accepted();
    const ours = await createSshTransport({ kit });
    await runOne(ours, node, raw('true'));
    await ours.close();
    server.close();
    expect([byTheirs > 0, server.accepted() > byTheirs]).toEqual([good, good]);
  });
});

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 1;
  return copy;
}
