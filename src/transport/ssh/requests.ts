import type { Client } from 'ssh2';

/** Messages that need an answer. */
const ANSWERED = ['GLOBAL_REQUEST', 'CHANNEL_OPEN', 'CHANNEL_REQUEST'];
/** Far more than the keepalives of a server. */
const MOST = 1000;
const WITHIN_MS = 10_000;

type Handlers = Record<string, ((...args: unknown[]) => void) | undefined>;

/** Counts a server's requests: a flood of them costs more to answer than to send. */
export function countRequests(client: Client, excess: () => void): void {
  const { _protocol: protocol } = client as unknown as { _protocol?: { _handlers?: Handlers } };
  const handlers = protocol?._handlers ?? {};
  let asked = 0;
  let since = performance.now();
  for (const name of ANSWERED) {
    const answer = handlers[name];
    if (!answer) continue;
    handlers[name] = (...args) => {
      const now = performance.now();
      if (now - since > WITHIN_MS) {
        asked = 0;
        since = now;
      }
      asked++;
      if (asked === MOST) excess();
      if (asked < MOST) answer(...args);
    };
  }
}
