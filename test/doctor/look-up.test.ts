import { createSocket, type Socket } from 'node:dgram';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lookUp } from '../../src/doctor/audit/look-up.ts';

/** A resolver that knows one name, and says of any other that it does not exist. */
async function resolver(name: string, address: string): Promise<{ socket: Socket; at: string }> {
  const socket = createSocket('udp4');
  const known = Buffer.concat(
    name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
  );
  socket.on('message', (query, from) => {
    const end = query.indexOf(0, 12) + 5;
    const asked = query.subarray(12, end - 5);
    const forAddress = query.readUInt16BE(end - 4) === 1;
    const found = asked.equals(known);
    const header = Buffer.from(query.subarray(0, 12));
    header.writeUInt16BE(found ? 0x8180 : 0x8183, 2);
    header.fill(0, 6);
    header.writeUInt16BE(found && forAddress ? 1 : 0, 6);
    const answer = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)]);
    socket.send(
      Buffer.concat([header, query.subarray(12, end), ...(found && forAddress ? [answer] : [])]),
      from.port,
      from.address,
    );
  });
  await new Promise<void>((done) => socket.bind(0, '127.0.0.1', done));
  return { socket, at: `127.0.0.1:${socket.address().port}` };
}

let outside: Awaited<ReturnType<typeof resolver>>;
let inside: Awaited<ReturnType<typeof resolver>>;
beforeAll(async () => {
  outside = await resolver('www.example.com', '198.51.100.7');
  inside = await resolver('bastion.example.com', '198.51.100.8');
});
afterAll(() => {
  outside.socket.close();
  inside.socket.close();
});

it('tells which resolver knows a name, and asks none for what the hosts file has', async () => {
  const hosts = new Map([['filer.example', ['192.0.2.9']]]);
  const names = ['www.example.com', 'bastion.example.com', 'Filer.example', 'nobody.example'];
  const found = await lookUp(names, { resolvers: [outside.at, inside.at, 'not an address'], hosts });
  const knowing = (name: string) =>
    found
      .get(name)!
      .answers.flatMap(({ server, addresses }) => addresses.map((address) => [server, address]));
  expect(knowing('www.example.com')).toEqual([[outside.at, '198.51.100.7']]);
  expect(knowing('bastion.example.com')).toEqual([[inside.at, '198.51.100.8']]);
  expect(knowing('nobody.example')).toEqual([]);
  expect(found.get('Filer.example')).toEqual({ hosts: ['192.0.2.9'], answers: [] });
});
