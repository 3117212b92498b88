import { createServer, type IncomingMessage, type ServerResponse, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type CloudEndpoint,
  type CloudEndpointOptions,
  createCloudEndpoint,
} from '../../../src/drill/cloud/endpoint.ts';
import type { CloudWorld } from '../../../src/drill/cloud/world.ts';

/** One account in one region: machines, limits, faults and counts of its own. */
export interface Place {
  endpoint: CloudEndpoint;
  /** What becomes of the calls to it: `silent` accepts and never answers, `cut` closes the connection. */
  state: 'up' | 'silent' | 'cut';
  /** When each call came (ms), by its operation. */
  times: Map<string, number[]>;
  /** It is cut once it carried out the next call of this operation, whose answer is lost. */
  dieAfter(operation: string): void;
}

export interface Accounts {
  /** For `endpoint_url` of the profile of any account. */
  url: string;
  place(account: string, region: string): Place;
  close(): Promise<void>;
}

interface Dying extends Place {
  last?: string | undefined;
}

/** The key of an account, by which a call is known as one of it. */
export const keyOf = (account: string) => `AKIA${account.toUpperCase().padEnd(16, '0')}`;

/** Several accounts and regions behind one address, told apart by the signature of a call, as AWS does. */
export async function createAccounts(
  worlds: Record<string, CloudWorld>,
  options: CloudEndpointOptions = {},
): Promise<Accounts> {
  const places = new Map<string, Dying>();
  for (const [name, world] of Object.entries(worlds)) {
    const endpoint = await createCloudEndpoint(world, options);
    const place: Dying = {
      endpoint,
      state: 'up',
      times: new Map(),
      dieAfter(operation) {
        place.last = operation;
      },
    };
    places.set(name, place);
  }
  const find = (account: string, region: string) => places.get(`${account} ${region}`);
  const server = createServer((request, response) => {
    const [, key, region] =
      /Credential=([^/]+)\/\d{8}\/([^/]+)\//.exec(request.headers.authorization ?? '') ?? [];
    const account = Object.keys(worlds)
      .map((name) => name.split(' ')[0]!)
      .find((name) => keyOf(name) === key);
    const place = find(account ?? '', region ?? '');
    if (!place || place.state === 'cut') return void request.socket.destroy();
    const operation = String(request.headers['x-amz-target'] ?? 'EC2').replace(/^.*\./, '');
    place.times.set(operation, [...(place.times.get(operation) ?? []), performance.now()]);
    if (place.state === 'silent') return void request.resume();
    passOn(request, response, place, operation);
  });
  server.listen(0, '127.0.0.1');
  await new Promise<void>((resolve, reject) => server.once('listening', resolve).once('error', reject));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    place: (account, region) => find(account, region)!,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      for (const { endpoint } of places.values()) await endpoint.close();
    },
  };
}

/** An answer that comes after the place died is lost. */
function passOn(request: IncomingMessage, response: ServerResponse, place: Dying, operation: string): void {
  const { method, url, headers } = request;
  const asked = send(new URL(url ?? '/', place.endpoint.url), { method, headers }, (answer) => {
    if (place.last === operation) {
      place.last = undefined;
      place.state = 'cut';
    }
    if (place.state === 'cut') return void request.socket.destroy();
    if (place.state === 'silent') return void answer.resume();
    response.writeHead(answer.statusCode ?? 500, answer.headers);
    answer.pipe(response);
  });
  asked.on('error', () => request.socket.destroy());
  request.pipe(asked);
}
