import type { CloudProfile } from '../kit/types.ts';
import { asCredentialsError } from './errors.ts';
import type { Patiently } from './patience.ts';

export type Ask = <T>(
  send: (how: { abortSignal: AbortSignal }) => Promise<T>,
  signal: AbortSignal,
) => Promise<T>;

/** Sends a call of one client until its signal ends it; errors about credentials come as FireaxeError. */
export function asker(again: Patiently, profile: CloudProfile): Ask {
  return (send, signal) => told((call) => again(call, signal), profile)(() => send({ abortSignal: signal }));
}

/** Sends a call that has its own signal, and tells of errors about credentials alike. */
export function told(
  again: <T>(call: () => Promise<T>) => Promise<T>,
  profile: CloudProfile,
): <T>(call: () => Promise<T>) => Promise<T> {
  return (call) =>
    again(async () => {
      try {
        return await call();
      } catch (error) {
        throw asCredentialsError(error, profile) ?? error;
      }
    });
}
