import { createServer, type Server } from 'node:net';
import { Reader, sshString } from '../../../src/transport/certificate/reader.ts';
import type { Forged } from './forge.ts';

/** An agent that holds these keys, such as FIDO keys without their hardware. */
export function fakeAgent(path: string, keys: readonly Forged[]): Promise<Server> {
  const answer = (request: Reader): Buffer => {
    if (request.byte() === 11)
      return Buffer.concat([
        Buffer.from([12, 0, 0, 0, keys.length]),
        ...keys.flatMap(({ blob }) => [sshString(blob), sshString('fake')]),
      ]);
    const [blob, data] = [request.string(), request.string()];
    const key = keys.find((one) => one.blob.equals(blob));
    return key ? Buffer.concat([Buffer.from([14]), sshString(key.sign(data))]) : Buffer.from([5]);
  };
  const server = createServer((socket) => {
    let heard = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      heard = Buffer.concat([heard, chunk]);
      while (heard.length >= 4 && heard.length >= 4 + heard.readUInt32BE()) {
        const end = 4 + heard.readUInt32BE();
        socket.write(sshString(answer(new Reader(heard.subarray(4, end)))));
        heard = heard.subarray(end);
      }
    });
  });
  return new Promise((resolve) => server.listen(path, () => resolve(server)));
}
