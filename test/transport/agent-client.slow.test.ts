import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { sshString } from '../../src/transport/certificate/reader.ts';
import { heldBy } from '../../src/transport/ssh/agent.ts';
import { agentSignature } from '../../src/transport/ssh/agent-client.ts';

const dir = mkdtempSync(join(tmpdir(), 'fx-agent-'));
const open = new Set<Socket>();
let stop: () => void = () => {};
afterEach(() => {
  for (const socket of open) socket.destroy();
  stop();
});
afterAll(() => rmSync(dir, { recursive: true }));

/** An agent that does this with each request; tells how many connections it had at a time. */
async function agent(name: string, serve: (socket: Socket) => unknown) {
  let most = 0;
  const server = createServer((socket) => {
    open.add(socket);
    most = Math.max(most, open.size);
    socket.on('close', () => open.delete(socket)).on('error', () => undefined);
    socket.once('data', () => serve(socket));
  });
  stop = () => void server.close();
  const path = join(dir, name);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return { path, most: () => most };
}

describe('an SSH agent', () => {
  it('gets few requests at a time, however many logins wait for it', async () => {
    const signature = Buffer.concat([Buffer.from([14]), sshString('signed')]);
    const { path, most } = await agent('busy', async (socket) => {
      await sleep(5);
      socket.write(sshString(signature));
    });
    const asked = Array.from({ length: 200 }, () => agentSignature(path, Buffer.of(1), Buffer.of(2), 0));
    expect(new Set((await Promise.all(asked)).map(String))).toEqual(new Set(['signed']));
    // Eight, and those whose end the agent has not seen yet.
    expect(most()).toBeLessThanOrEqual(16);
  });

  it('that does not answer holds no connection open', async () => {
    const { path } = await agent('hung', () => undefined);
    expect(await heldBy(path)).toEqual([]);
    await sleep(50);
    expect(open.size).toBe(0);
  });
});
