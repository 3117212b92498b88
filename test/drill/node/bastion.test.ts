import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createBastion, type LabBastion } from '../../../src/drill/node/bastion.ts';
import { createBastionGate } from '../../../src/drill/node/gate.ts';
import { CLIENT_KEY, connect, run, type TestLab, testLab } from './lab.ts';

let lab: TestLab;
let bastion: LabBastion;
const gate = createBastionGate();
let allowed: number[];
beforeEach(async () => {
  lab = await testLab();
  allowed = [];
  bastion = await createBastion({
    user: 'root',
    authorizedKey: CLIENT_KEY.public,
    gate,
    allow: (_host, port) => allowed.includes(port),
  });
});
afterEach(async () => {
  await bastion.close();
  await lab.close();
});

const forward = (client: Client, port: number) =>
  new Promise<Duplex>((resolve, reject) =>
    client.forwardOut('127.0.0.1', 0, '127.0.0.1', port, (error, channel) =>
      error ? reject(error) : resolve(channel),
    ),
  );

test('nodes behind it are reached through it, and only through it', async () => {
  const node = await lab.node({ behindBastion: true }, { gate });
  allowed.push(node.port);
  await expect(connect(node)).rejects.toThrow();
  const jump = await connect(bastion);
  const clients = await Promise.all(
    Array.from({ length: 20 }, async () => connect(node, { sock: await forward(jump, node.port) })),
  );
  const answers = await Promise.all(clients.map((client) => run(client, 'hostname')));
  expect(new Set(answers.map((answer) => answer.stdout))).toEqual(new Set(['n1\n']));
  jump.end();
});

test('forwards to nothing else, and runs nothing', async () => {
  const other = await lab.node();
  const jump = await connect(bastion);
  await expect(forward(jump, other.port)).rejects.toThrow(/open failure/i);
  await expect(run(jump, 'id')).rejects.toThrow();
  jump.end();
});

test('a node that is off is said to be so', async () => {
  const node = await lab.node({ behindBastion: true }, { gate });
  const { port } = node;
  allowed.push(port);
  await node.powerOff();
  const jump = await connect(bastion);
  await expect(forward(jump, port)).rejects.toThrow(/open failure/i);
  jump.end();
});
