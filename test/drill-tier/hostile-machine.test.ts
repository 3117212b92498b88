import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { noSshd, type RealSshd, startSshd } from '../transport/sshd.ts';
import { start } from './fireaxe.ts';

const PEER = resolve(import.meta.dirname, '../transport/hostile/peer.mjs');
const MOST_MIB = 200;
/** How long a machine floods, where it can do so as long as the time-out lasts. */
const FLOOD_MS = 4000;

interface Peer {
  behaviour: string;
  port: number;
  hostKey: string;
}

interface Seen {
  code: number | null;
  /** Targets by how they ended, of what was told until then. */
  ended: Record<string, { state: string; code?: string }>;
  peakMib: number;
}

describe.skipIf(noSshd)('a machine that sends without end, or takes nothing', () => {
  const dir = mkdtempSync(join(tmpdir(), 'fireaxe-hostile-'));
  const kit = join(dir, 'kit');
  const peers: ChildProcess[] = [];
  let sshd: RealSshd;

  beforeAll(async () => {
    sshd = await startSshd(['MaxStartups 200'], { FIREAXE_ROOT: join(dir, 'root') });
    for (const folder of ['root/run', 'root/etc', 'kit/keys', 'kit/fleet'])
      mkdirSync(join(dir, folder), { recursive: true, mode: 0o700 });
    writeFileSync(join(kit, 'keys/id'), readFileSync(sshd.identity), { mode: 0o600 });
  });
  afterEach(() => {
    for (const peer of peers.splice(0)) peer.kill();
  });
  afterAll(async () => {
    await sshd?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  async function peer(behaviour: string): Promise<Peer> {
    const child = spawn(process.execPath, [PEER, behaviour], { stdio: ['pipe', 'pipe', 'inherit'] });
    peers.push(child);
    const line = await new Promise<string>((told) => child.stdout.once('data', (text) => told(String(text))));
    const [port, ...key] = line.trim().split(' ');
    return { behaviour, port: Number(port), hostKey: key.join(' ') };
  }

  /** Five real machines, and these; `jump` is the port of the bastion that leads to all of them. */
  function writeKit(hostile: Peer[], jump?: number): void {
    const private_ = { mode: 0o600 };
    const node = (name: string, address: string, port: number) => ({
      ...{ name, cluster: 'k', roles: ['worker'], address, port },
      labels: { is: name.startsWith('n') ? 'real' : 'hostile' },
    });
    const nodes = [
      ...[1, 2, 3, 4, 5].map((n) => node(`n${n}`, `127.66.0.${n}`, sshd.port)),
      ...hostile.map((one, n) => node(one.behaviour, `127.66.1.${n + 1}`, one.port)),
    ];
    const fleet = {
      schemaVersion: 1,
      cluster: 'k',
      takenAt: new Date().toISOString(),
      source: 'file',
      nodes,
    };
    writeFileSync(join(kit, 'fleet/k.json'), JSON.stringify(fleet), private_);
    const keys = [
      `[127.*]:${sshd.port} ${sshd.hostKey}`,
      ...hostile.map((h) => `[127.*]:${h.port} ${h.hostKey}`),
    ];
    writeFileSync(join(kit, 'known_hosts'), `${keys.join('\n')}\n`, private_);
    const login = `ssh: { identity: keys/id, user: ${sshd.user} }`;
    const bastion = jump
      ? `
    bastions:
      b: { address: 127.66.2.1, port: ${jump}, user: ${sshd.user}, identity: keys/id }
    ssh: { identity: keys/id, user: ${sshd.user}, jump: b }`
      : `\n    ${login}`;
    writeFileSync(join(kit, 'kit.yaml'), `schemaVersion: 1\nclusters:\n  k:${bastion}\n`, private_);
  }

  /** Runs it to its end, or `floodMs` longer than its real machines take. */
  async function run(words: string[], floodMs?: number): Promise<Seen> {
    const env = { FIREAXE_KIT: kit, FIREAXE_STATE_DIR: join(dir, 'state') };
    const argv = [
      'exec',
      '-c',
      'k',
      '--all',
      '--yes',
      '--reason',
      'd',
      '--max-failures',
      '100%',
      '--timeout',
      // On a busy machine a flood takes its time to reach the limit.
      '60s',
    ];
    const { child, ended } = start([...argv, '--output', 'ndjson', ...words, '--', 'true'], env);
    let peakMib = 0;
    let said = '';
    const look = setInterval(() => {
      peakMib = Math.max(peakMib, peakOf(child.pid!));
    }, 20);
    child.stdout?.on('data', (text: string) => {
      said += text;
      if (floodMs === undefined || said.split('"state":"ok"').length <= 5) return;
      setTimeout(() => child.kill('SIGKILL'), floodMs);
      floodMs = undefined;
    });
    const { code, stdout, stderr } = await ended;
    clearInterval(look);
    const seen: Seen = { code, ended: {}, peakMib };
    for (const line of stdout.split('\n').filter((text) => text.startsWith('{'))) {
      const { event } = JSON.parse(line.replace(/^[^{]*/, '')) as {
        event?: { kind: string; op?: string; outcome?: Told };
      };
      // What became of the receipt of a lost order comes before its outcome.
      if (event?.kind !== 'outcome' || event.op !== 'apply' || !event.outcome) continue;
      const { target, state, reason } = event.outcome;
      seen.ended[target] ??= { state, ...(reason && { code: reason.code }) };
    }
    if (Object.keys(seen.ended).length === 0) throw new Error(stderr);
    return seen;
  }

  function realOnes({ ended }: Seen): string[] {
    return [1, 2, 3, 4, 5].map((n) => ended[`n${n}`]?.state ?? 'none');
  }
  const ALL_OK = Array(5).fill('ok');

  it.each<[string, Record<string, string>]>([
    [
      'before any key is agreed upon',
      {
        'text-without-a-line': 'key-exchange',
        'text-lines': 'key-exchange',
        'text-after-the-identification': 'key-exchange',
        'ignore-before-keys': 'flood',
        'debug-before-keys': 'flood',
        'kexinit-before-keys': 'key-exchange',
        'a-packet-without-end': 'key-exchange',
      },
    ],
    [
      'in the login',
      {
        'ignore-in-the-login': 'flood',
        'banners-in-the-login': 'flood',
        'global-requests-in-the-login': 'flood',
        'pk-ok-in-the-login': 'flood',
      },
    ],
    [
      'before the session',
      {
        'debug-before-the-session': 'flood',
        'global-requests-before-the-session': 'flood',
        'deaf-global-requests-before-the-session': 'flood',
      },
    ],
    [
      'in the session',
      {
        'global-requests': 'flood',
        'deaf-global-requests': 'flood',
        'deaf-channel-requests': 'flood',
        'deaf-channel-opens': 'flood',
      },
    ],
  ])('is ended %s, with its reason, and costs the others nothing', async (_, expected) => {
    writeKit(await Promise.all(Object.keys(expected).map(peer)));
    const seen = await run([]);
    expect(realOnes(seen)).toEqual(ALL_OK);
    for (const [name, code] of Object.entries(expected))
      expect(seen.ended[name], name).toEqual({
        state: expect.stringMatching(/^(unreachable|unknown)$/),
        code,
      });
    expect(seen.code).toBe(3);
    expect(seen.peakMib).toBeLessThan(MOST_MIB);
  });

  it.each(['stdout', 'stderr', 'small-stdout', 'global-requests-in-a-new-key-exchange'])(
    'stays under 200 MB while its session sends %s',
    async (behaviour) => {
      writeKit([await peer(behaviour)]);
      const seen = await run([], FLOOD_MS);
      expect(realOnes(seen)).toEqual(ALL_OK);
      expect(seen.peakMib).toBeLessThan(MOST_MIB);
    },
  );

  it.each(['stdout', 'banners-in-the-login'])('stays under 200 MB with %s by openssh', async (behaviour) => {
    writeKit([await peer(behaviour)]);
    const seen = await run(['--via', 'openssh'], FLOOD_MS);
    expect(realOnes(seen)).toEqual(ALL_OK);
    expect(seen.peakMib).toBeLessThan(MOST_MIB);
  });

  it.each(['stdout', 'deaf-global-requests'])(
    'stays under 200 MB with %s behind a bastion',
    async (behaviour) => {
      writeKit([await peer(behaviour)], sshd.port);
      const seen = await run([], FLOOD_MS);
      expect(realOnes(seen)).toEqual(ALL_OK);
      expect(seen.peakMib).toBeLessThan(MOST_MIB);
    },
  );

  it.each(['global-requests-before-the-session', 'deaf-global-requests-before-the-session'])(
    'stays under 200 MB while the bastion itself sends %s',
    async (behaviour) => {
      const bastion = await peer(behaviour);
      writeKit([bastion], bastion.port);
      const { peakMib, ended } = await run([]);
      expect(new Set(Object.values(ended).map(({ state }) => state))).toEqual(new Set(['unreachable']));
      expect(peakMib).toBeLessThan(MOST_MIB);
    },
  );
});

interface Told {
  target: string;
  state: string;
  reason?: { code: string };
}

/** The process's own highest resident memory so far, in MiB; 0 once it is gone. */
function peakOf(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
