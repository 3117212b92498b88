import { expect, test } from 'vitest';
import { ApiClient } from '../../../src/drill/cluster/api-client.ts';
import { fakeMachine, fakeNetwork } from '../fake-machine.ts';

const SERVERS = [1, 2, 3];

function client() {
  const network = fakeNetwork();
  const servers = SERVERS.map((i) => fakeMachine(`cp-${i}`, 'control-plane'));
  const doors = servers.map((node) => ({ node, port: () => 9 }));
  const api = new ApiClient({ network, node: fakeMachine('w1'), doors, first: 0 });
  /** One request to each server in turn; a failed one moves on to the next. */
  const askEach = async () => {
    for (const _ of SERVERS) await api.ask({ path: '/', timeoutMs: 30 }).catch(() => undefined);
  };
  return { api, network, servers, askEach };
}

test.each(['drop', 'reject'] as const)(
  "is fenced where each server's network answers %s",
  async (verdict) => {
    const { api, network, askEach } = client();
    expect(api.fenced()).toBe(false);
    network.verdicts.new = verdict;
    await askEach();
    expect(api.fenced()).toBe(true);
    network.verdicts.new = 'accept';
    await askEach();
    expect(api.fenced()).toBe(false);
  },
);

test('is not fenced by servers that were off when it asked', async () => {
  const { api, servers, askEach } = client();
  for (const server of servers) await server.powerOff();
  await askEach();
  for (const server of servers) await server.powerOn();
  expect(api.fenced()).toBe(false);
});
