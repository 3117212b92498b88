import type { Client, ClientChannel } from 'ssh2';
import { guarded } from '../guarded.ts';
import type { Outcome } from '../types.ts';
import { Unreached } from '../unreached.ts';
import { becomeRoot } from './become-root.ts';
import { type Execution, listen } from './listen.ts';

/**
 * Opens a session whose shell waits for the script, sends it, and listens to the end.
 * Rejects only until the script is sent: until then nothing of it has run.
 */
export function execute(client: Client, execution: Execution): Promise<Outcome> {
  const { delivery, stop } = execution;
  return new Promise((resolve, reject) => {
    // A connection that stands has many sessions, one after the other: each takes its listener away again.
    const fail = (reason: unknown) => {
      client.off('error', onExcess);
      reject(reason);
    };
    const listenTo = (channel: ClientChannel) => {
      client.off('error', onExcess);
      resolve(listen(client, channel, execution));
    };
    // It was cut off for what it sends.
    const onExcess = (error: Error) => error instanceof Unreached && fail(error);
    const abandon = () => fail(stop.reason);
    const opened = guarded(fail, (error: Error | undefined, channel?: ClientChannel) => {
      if (stop.aborted) return;
      stop.removeEventListener('abort', abandon);
      if (error || !channel)
        return fail(new Unreached({ code: 'session', message: `no session: ${error?.message}` }));
      // In this very turn: an end that came in the same packet would be missed otherwise.
      if (!delivery.greeted) return listenTo(channel);
      execution.onSudo();
      const { nonce } = execution.attempt.script;
      becomeRoot(channel, { delivery, nonce, stop }, (refused) => {
        if (refused) fail(refused);
        else listenTo(channel);
      });
    });
    if (stop.aborted) {
      abandon();
      return;
    }
    stop.addEventListener('abort', abandon, { once: true });
    client.on('error', onExcess);
    try {
      client.exec(delivery.command, opened as never);
    } catch (error) {
      opened(error as Error);
    }
  });
}
