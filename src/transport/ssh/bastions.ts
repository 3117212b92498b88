import type { Client } from 'ssh2';
import type { Bastion } from '../../kit/types.ts';
import { Unreached } from '../unreached.ts';

/** Targets that come right after a failed login share its reason instead of trying again. */
const REMEMBER_FAILURE_MS = 2000;

/** How long a bastion may take to connect, and for each phase of the login. */
export interface Times {
  connectMs: number;
  loginMs: number;
}

/**
 * One shared connection for each bastion, opened by the first target that needs it. Its sshd drops more than ten
 * connections that are not logged in; this way it sees one. Targets go through it as channels, without a login there.
 */
export interface Bastions {
  open(bastion: Bastion, times: Times, stop: AbortSignal): Promise<Client>;
  close(): void;
}

export function createBastions(dial: (bastion: Bastion, times: Times) => Promise<Client>): Bastions {
  const opened = new Map<string, Promise<Client>>();

  function start(key: string, bastion: Bastion, times: Times): Promise<Client> {
    const opening = dial(bastion, times).then((client) => {
      client.once('close', () => {
        if (opened.get(key) === opening) opened.delete(key);
      });
      return client;
    });
    opened.set(key, opening);
    opening.catch(() => {
      setTimeout(() => {
        if (opened.get(key) === opening) opened.delete(key);
      }, REMEMBER_FAILURE_MS).unref();
    });
    return opening;
  }

  return {
    open(bastion, times, stop) {
      const { address, port, user, hostKeyAlias, identity, certificate, useAgent } = bastion;
      // All that its host key is checked by, and that it is logged in to with.
      const key = JSON.stringify([address, port, user, hostKeyAlias, identity, certificate, useAgent]);
      const opening = opened.get(key) ?? start(key, bastion, times);
      return orStopped(opening, stop).catch((error) => {
        throw error instanceof Unreached && error !== stop.reason ? nameBastion(error, bastion) : error;
      });
    },
    close() {
      for (const opening of opened.values()) {
        opening.then(
          (client) => client.end(),
          () => undefined,
        );
      }
      opened.clear();
    },
  };
}

/** A target that gives up leaves the others' connection alone. */
function orStopped<T>(promise: Promise<T>, stop: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abandon = () => reject(stop.reason);
    if (stop.aborted) abandon();
    stop.addEventListener('abort', abandon, { once: true });
    promise.then(resolve, reject).finally(() => stop.removeEventListener('abort', abandon));
  });
}

function nameBastion(error: Unreached, bastion: Bastion): Unreached {
  return new Unreached({ ...error.reason, message: `bastion ${bastion.name}: ${error.reason.message}` });
}
