import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createKeyPair } from '../../src/drill/node/key-pair.ts';
import { freeDescriptors } from '../../src/transport/descriptors.ts';
import { createSshTransport } from '../../src/transport/ssh/transport.ts';
import { sshStub } from './faulty.ts';
import { NONCE, raw, runAll, target } from './subjects.ts';

it('leaves some of the descriptors to everything else', async () => {
  const limit = execFileSync('/bin/sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  expect(await freeDescriptors()).toBe(limit === 'unlimited' ? Number.POSITIVE_INFINITY : Number(limit) - 64);
});

it('opens no more sockets than there are places; who waits loses no time to connect', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'fx-places-'));
  let open = 0;
  let most = 0;
  const stub = await sshStub((channel, client) => {
    most = Math.max(most, ++open);
    client.on('close', () => open--);
    setTimeout(() => {
      channel.write(`fireaxe:${NONCE}:began\n`);
      channel.exit(0);
      channel.end();
    }, 100);
  });
  writeFileSync(join(dir, 'known_hosts'), `[127.0.0.1]:${stub.port} ${stub.hostKey}\n`);
  writeFileSync(join(dir, 'id'), createKeyPair().private, { mode: 0o600 });
  const transport = await createSshTransport({
    kit: { knownHosts: [join(dir, 'known_hosts')] },
    connections: 3,
  });
  try {
    const nodes = Array.from({ length: 15 }, (_, i) =>
      target({ name: `n${i}`, port: stub.port, ssh: { identity: join(dir, 'id') } }),
    );
    const outcomes = await runAll(transport, nodes, raw('true'));
    expect(outcomes.map((outcome) => outcome.state)).toEqual(Array(15).fill('ok'));
    // The far end hears of a closed one a little later.
    expect(most).toBeLessThan(9);
  } finally {
    await transport.close();
    stub.close();
    rmSync(dir, { recursive: true });
  }
});
