import { existsSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { drillFlood } from '../../../src/actions/drill-flood/action.ts';
import { parseParams } from '../../../src/actions/params.ts';
import { nodeScript } from '../../../src/node/script.ts';
import type { Op } from '../../../src/node/types.ts';
import { hooked, STAGES } from '../../lab/kills.ts';
import { newCertificate } from '../../node/control-plane/certificate.ts';
import { context, fleetNode, Sandbox, target } from '../../node/sandbox.ts';

// Real processes, a real curl and a real server; the time of a flood is cut short, to seconds.
const CALLS = 7;
const FOR_S = 4;
const GRACE_S = 5;

const CAN = ['/usr/bin/curl', '/usr/bin/setsid', '/proc/self/cmdline'].every((path) => existsSync(path));

const { key, cert } = newCertificate({ name: 'kubernetes', until: new Date(Date.now() + 86_400_000) });
const calls = new Map<string, number[]>();
const agents = new Set<string | undefined>();
const server = createServer({ key, cert }, (req, res) => {
  // `/NAME/version`: each flood calls a path of its own.
  const [, of = ''] = (req.url ?? '').split('/');
  agents.add(req.headers['user-agent']);
  calls.set(of, [...(calls.get(of) ?? []), performance.now()]);
  res.end('{}');
});
beforeAll(() => new Promise<void>((done) => server.listen(0, '127.0.0.1', done)));
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** A node without systemd that shows this machine's processes. */
class Node {
  readonly #box = new Sandbox();
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
    symlinkSync('/proc', join(this.#box.root, 'proc'));
    for (const tool of ['curl', 'setsid'])
      symlinkSync(`/usr/bin/${tool}`, join(this.#box.root, 'tools', tool));
  }

  text(op: Op, before?: Record<string, string>): string {
    const where = context(
      [
        fleetNode(),
        fleetNode({ name: 'cp1', address: '127.0.0.1', roles: ['control-plane'], machineId: 'f'.repeat(32) }),
      ],
      {
        apiserverPort: (server.address() as AddressInfo).port,
      },
    );
    const text = nodeScript({
      action: drillFlood,
      params: parseParams(drillFlood, { calls: CALLS, for: '10s' }, 'test'),
      op,
      runId: 'r1',
      stepId: 's1',
      notAfter: new Date(Date.now() + 600_000),
      deadlineMs: 60_000,
      context: { ...where, cluster: { ...where.cluster, drills: 'allowed' } },
      before: () => before,
    }).textFor(target(), 'ssh');
    const short = text
      .replace(/^P_FOR=.*$/m, `P_FOR=${FOR_S}`)
      .replace(/^IN_GRACE=.*$/m, `IN_GRACE=${GRACE_S}`)
      .replace(/(:\d+)(\/version)/, `$1/${this.#name}$2`);
    expect(short).toContain(`P_FOR=${FOR_S}\nIN_GRACE=${GRACE_S}\n`);
    return short;
  }

  run(text: string) {
    this.#box.file('/home/.curlrc', 'user-agent = "from-curlrc"\n');
    return this.#box.run(text, ['sh'], { env: { HOME: join(this.#box.root, 'home') } });
  }

  /** Processes whose command line names this node's folder: the flood's and its timer's. */
  processes(): { pid: number; name: string }[] {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((pid) => {
        try {
          const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
          const name = readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
          return line.includes(this.#box.root) ? [{ pid: Number(pid), name }] : [];
        } catch {
          return [];
        }
      });
  }

  there(path: string): boolean {
    return readdirSync(join(this.#box.root, 'run')).includes(path);
  }

  /** What its receipt has; `off` is made by a timer that begins. */
  step(): string[] {
    return readdirSync(join(this.#box.root, 'run/fireaxe/r1/s1'));
  }

  remove(): void {
    this.#box.remove();
  }

  /** Waits until nothing of the flood is left: no process, no timer, no folder. */
  async nothingLeft(): Promise<void> {
    const seen = () => expect([this.processes(), this.there('fireaxe-flood')]).toEqual([[], false]);
    await vi.waitFor(seen, { timeout: 40_000, interval: 50 });
  }
}

async function on(name: string, work: (node: Node) => Promise<void>): Promise<void> {
  const node = new Node(name);
  try {
    await work(node);
  } finally {
    await node.nothingLeft().finally(() => node.remove());
  }
}

/** A curl may end between being seen and this. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const floods = (node: Node) =>
  vi.waitFor(() => expect(flooding(node).length).toBeGreaterThan(1), { timeout: 5_000, interval: 20 });
const flooding = (node: Node) => node.processes().filter(({ name }) => name === 'fireaxe-flood');

describe.skipIf(!CAN).concurrent('a flood where curl and /proc can be had', () => {
  test('keeps its ceiling, goes by its name, and ends by itself', () =>
    on('alone', async (node) => {
      const { result, stderr } = await node.run(node.text('apply'));
      expect(result, stderr).toMatchObject({ state: 'changed', data: { timer: 'detached' } });
      // The loops as well as curl.
      await floods(node);
      await vi.waitFor(() => expect(flooding(node)).toEqual([]), { timeout: 40_000, interval: 20 });
      const times = calls.get('alone')!;
      expect(times.length).toBeGreaterThanOrEqual(CALLS);
      const most = Math.max(...times.map((t) => times.filter((u) => u >= t && u < t + 950).length));
      expect(most).toBeLessThanOrEqual(CALLS);
      expect([...agents].join()).toMatch(/^curl\/[\d.]+$/);
      await node.nothingLeft();
      expect(node.step()).toContain('fired');
      const undo = await node.run(node.text('undo', result!.before!));
      // About what the server counted: one that timed out did not reach it, and KILL may cut a turn short.
      expect(undo.result).toMatchObject({
        state: 'already',
        data: { calls: expect.stringMatching(/^[1-9]/) },
      });
    }));

  test.each(STAGES)('ends although its script is killed at: %s', (stage) =>
    on(stage, async (node) => {
      const text = hooked(node.text('apply'), stage, 'fl_start\narm_check', 'kill -9 $$');
      expect((await node.run(text)).result).toBeUndefined();
      const begins = stage === 'change' || stage === 'result';
      if (begins) await floods(node);
      else expect(flooding(node)).toEqual([]);
    }),
  );

  test('ends although all of it is held: the timer kills it', () =>
    on('held', async (node) => {
      await node.run(node.text('apply'));
      await floods(node);
      for (const { pid } of flooding(node)) signal(pid, 'SIGSTOP');
      expect(flooding(node).length).toBeGreaterThan(1);
      await node.nothingLeft();
      expect(node.step()).toContain('fired');
    }));

  test('ends although its loops lose their first process and its timer is killed', () =>
    on('orphans', async (node) => {
      await node.run(node.text('apply'));
      await floods(node);
      const [first, ...others] = node.processes().sort((a, b) => a.pid - b.pid);
      for (const { pid, name } of [first!, ...others]) if (name !== 'fireaxe-flood') signal(pid, 'SIGKILL');
      signal(flooding(node)[0]!.pid, 'SIGKILL');
      await vi.waitFor(() => expect(node.processes()).toEqual([]), { timeout: 40_000, interval: 50 });
      // Only the folder is left, which its timer would have removed.
      await node.run(node.text('undo', { flood: 'none' }));
    }));

  test('is ended by undo at once, timers and all', () =>
    on('undone', async (node) => {
      const { result } = await node.run(node.text('apply'));
      const undo = await node.run(node.text('undo', result!.before!));
      expect(undo.result).toMatchObject({ state: 'changed', note: 'the flood is ended' });
      expect(node.processes()).toEqual([]);
    }));
});
