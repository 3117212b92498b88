import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { GateSpec } from '../../../src/plan/types.ts';
import { Readings } from '../../../src/run/gate/readings.ts';
import { waitForGate } from '../../../src/run/gate/wait.ts';
import type { Session } from '../../../src/run/session.ts';
import type { RunEnv, RunEvent } from '../../../src/run/types.ts';
import { createSshTransport } from '../../../src/transport/ssh/transport.ts';
import type { Transport } from '../../../src/transport/types.ts';
import { type ApiStandIn, apiStandIn } from '../../node/control-plane/api-server.ts';
import { context } from '../../node/sandbox.ts';
import { type LimitedProxy, limitedProxy } from '../../transport/limited-proxy.ts';
import { noSshd, type RealSshd, startSshd } from '../../transport/sshd.ts';
import { target } from '../../transport/subjects.ts';

const noCurl = ['/usr/bin/curl', '/usr/local/bin/curl'].some((path) => existsSync(path))
  ? undefined
  : 'no curl';
if (noCurl) console.log(`skipped: gates over a real sshd (${noCurl})`);

const LIMIT = 5;
const spec: GateSpec = { answering: '51%', holdsMs: 6000, withinMs: 30_000, everyMs: 400 };

describe.skipIf(noSshd ?? noCurl)(
  'a gate before a host that limits new connections',
  { concurrent: true },
  () => {
    let sshd: RealSshd;
    let api: ApiStandIn;
    let transport: Transport;

    beforeAll(async () => {
      [sshd, api] = await Promise.all([startSshd(), apiStandIn('127.0.0.1')]);
      const known = join(sshd.dir, 'known');
      writeFileSync(known, `[127.0.0.1]:* ${sshd.hostKey}\n`);
      transport = await createSshTransport({ kit: { knownHosts: [known] } });
    });
    afterAll(async () => {
      await transport?.close();
      await sshd?.stop();
      await api?.close();
    });

    async function wait(
      proxy: LimitedProxy,
      gate: GateSpec,
      each: (event: RunEvent, at: number) => void = () => {},
      secondEach = false,
    ) {
      const stop = new AbortController().signal;
      const host = target({
        name: 'cp-1',
        roles: ['control-plane'],
        port: proxy.port,
        ssh: { user: sshd.user, identity: sshd.identity },
      });
      let readings = 0;
      const said: string[] = [];
      const env = {
        ...{ now: () => new Date(), sleep, stop, stopWaiting: stop, transport: async () => transport },
        // A clock that a slow machine cannot hurry: one second from reading to reading.
        ...(secondEach && { elapsed: () => readings * 1000 }),
      };
      const session = {
        env,
        readings: new Readings(env as unknown as RunEnv, context([], { apiserverPort: api.port }), [host]),
        record: async () => {},
        emit(event: RunEvent) {
          said.push((event as { reading: string }).reading);
          each(event, ++readings);
        },
      } as unknown as Session;
      const ended = await waitForGate(session, 'steady', gate);
      await session.readings.close();
      return { ...ended, said };
    }

    it('reads over one connection, and opens', async ({ expect }) => {
      const proxy = await limitedProxy(sshd.port, LIMIT, 30_000);
      const warned: string[] = [];
      const onWarning = ({ name }: Error) => warned.push(name);
      process.on('warning', onWarning);
      const { open, said } = await wait(proxy, { ...spec, everyMs: 50 }, undefined, true);
      process.off('warning', onWarning);
      expect({ open, said }).toMatchObject({ open: true });
      expect(proxy.asked.length).toBe(1);
      // Each reading takes its listeners away again.
      expect(warned).toEqual([]);
      expect(said.length).toBeGreaterThan(LIMIT);
      await proxy.close();
    });

    it('says that it does not reach a host, not that its server is down, and asks for a connection seldom', async ({
      expect,
    }) => {
      const proxy = await limitedProxy(sshd.port, LIMIT, 30_000);
      const { open, text } = await wait(proxy, { ...spec, withinMs: 8000 }, (_event, reading) => {
        if (reading !== 2) return;
        proxy.limit = 0;
        proxy.cut();
      });
      expect(open).toBe(false);
      expect(text).toMatch(/^0\/1 API servers ready \(1 needed\), cp-1 not reached: .*hung up/);
      expect(proxy.asked.length).toBeLessThanOrEqual(3);
      await proxy.close();
    });

    it('goes on over a new connection when the one it has is lost', async ({ expect }) => {
      const proxy = await limitedProxy(sshd.port, LIMIT, 30_000);
      const { open } = await wait(proxy, { ...spec, holdsMs: 7000 }, (_event, reading) => {
        if (reading === 3) proxy.cut();
      });
      expect(open).toBe(true);
      expect(proxy.asked.length).toBe(2);
      await proxy.close();
    });
  },
);
