import { get } from 'node:http';
import { SERVICE_PORT } from './cold-worker.ts';

const EVERY_MS = 250;
const PATIENCE_MS = 1000;

/** Users' requests to the service of each worker, four a second, from the moment of `begin`. */
export class Users {
  /** Milliseconds since `begin` until each worker served first. */
  readonly served = new Map<string, number>();
  /** Requests without an answer, until all workers serve. */
  lost = 0;
  readonly #addresses: string[];
  #timer: NodeJS.Timeout | undefined;

  constructor(addresses: string[]) {
    this.#addresses = addresses;
  }

  begin(): void {
    const began = performance.now();
    this.#timer = setInterval(async () => {
      await Promise.all(
        this.#addresses.map(async (address) => {
          const answered = await asks(address);
          if (!answered) this.lost++;
          else if (!this.served.has(address)) this.served.set(address, performance.now() - began);
        }),
      );
    }, EVERY_MS);
  }

  allServed(): boolean {
    return this.served.size === this.#addresses.length;
  }

  end(): void {
    clearInterval(this.#timer);
  }
}

function asks(host: string): Promise<boolean> {
  return new Promise((answered) => {
    const request = get({ host, port: SERVICE_PORT, agent: false, timeout: PATIENCE_MS }, (response) => {
      response.resume();
      answered(response.statusCode === 200);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => answered(false));
  });
}
