import type { Client } from 'ssh2';
import type { Bastion } from '../../kit/types.ts';
import type { Slots } from '../slots.ts';
import { createSlots } from '../slots.ts';
import { Unreached } from '../unreached.ts';

/** A bastion's share of handshakes under way; its own sshd drops more than ten without a word. */
const HANDSHAKES = 8;
/** Targets that come right after a failed login share its reason instead of trying again. */
const REMEMBER_FAILURE_MS = 2000;

export interface OpenBastion {
  client: Client;
  slots: Slots;
}

/** One shared connection a bastion, opened by the first target that needs it. */
export interface Bastions {
  open(bastion: Bastion, connectMs: number, stop: AbortSignal): Promise<OpenBastion>;
  close(): void;
}

export function createBastions(
  dial: (bastion: Bastion, connectMs: number) => Promise<Client>,
  leaseMs: number,
): Bastions {
  const opened = new Map<string, Promise<OpenBastion>>();

  function start(key: string, bastion: Bastion, connectMs: number): Promise<OpenBastion> {
    const opening = dial(bastion, connectMs).then((client) => {
      client.once('close', () => {
        if (opened.get(key) === opening) opened.delete(key);
      });
      return { client, slots: createSlots(HANDSHAKES, leaseMs) };
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
    open(bastion, connectMs, stop) {
      const key = JSON.stringify([
        bastion.address,
        bastion.port,
        bastion.user,
        bastion.identity,
        bastion.useAgent,
      ]);
      const opening = opened.get(key) ?? start(key, bastion, connectMs);
      return orStopped(opening, stop).catch((error) => {
        throw error instanceof Unreached && error !== stop.reason ? nameBastion(error, bastion) : error;
      });
    },
    close() {
      for (const opening of opened.values()) {
        opening.then(
          ({ client }) => client.end(),
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
