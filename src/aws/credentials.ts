import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration } from '../base/duration.ts';
import { FireaxeError } from '../base/errors.ts';
import type { OnTrace } from '../base/trace.ts';
import type { CloudProfile } from '../kit/types.ts';
import { withoutEcho } from './echo.ts';
import { asCredentialsError } from './errors.ts';
import { cloudFiles, type Env } from './files.ts';
import { refuseFragile } from './keys/allowed.ts';
import { machineSource } from './keys/machine.ts';
import type { Keys, Reading } from './keys/types.ts';
import type { CallError } from './passing.ts';

/** Longest wait for the keys of a profile. */
const KEYS_MS = 60_000;

/**
 * Keys from what was deployed beforehand: the environment, the files, a process, an assumed role. What an emergency may
 * have taken away (SSO, an identity provider, metadata, a one-time code) only where the kit allows it by name.
 */
export function credentialsFor(profile: CloudProfile, env: Env, onTrace?: OnTrace): () => Promise<Keys> {
  return readAgain(() => keysNow(profile, env, { onTrace }));
}

/** The keys of the kit's profile as they are now. */
export async function keysNow(
  profile: CloudProfile,
  env: Env,
  { onTrace, askCode }: Pick<Reading, 'onTrace' | 'askCode'> = {},
): Promise<Keys> {
  const files = await cloudFiles(profile, env);
  const how: Reading = { profile, files, env, onTrace, ...(askCode && { askCode }) };
  const source = machineSource(how);
  const name = source ? undefined : files.profile;
  if (name !== undefined) refuseFragile(name, files, profile);
  const tell = startKeysTrace(source?.name ?? `profile ${name}`, onTrace);
  const read = async () => source?.read() ?? (await import('./keys/chain.ts')).keysOfProfile(name!, how);
  try {
    // A person takes the time that it takes.
    const keys = await (askCode ? read() : inTime(read()));
    tell();
    return keys;
  } catch (error) {
    tell(error as Error);
    if (error instanceof FireaxeError) throw error;
    const whose = { ...profile, ...(name !== undefined && { profile: name }) };
    throw asCredentialsError(error, whose) ?? unsent(error);
  }
}

/** The SDK asks for keys again five minutes before they expire. */
const SDK_MARGIN_MS = 300_000;
/** Keys without an expiry are read again after this long: somebody may have put new ones in their place. */
const READ_AGAIN_MS = 2_000;

/** New keys are waited for this long while the old ones are still good: a file is read by then. */
const FRESH_MS = 250;

/**
 * The SDK would keep keys from a file for ever. Keys that cannot be read for a moment, or only slowly, hold up no call
 * while the old ones are good: they are read in the background, once at a time.
 */
export function readAgain(read: () => Promise<Keys>): () => Promise<Keys> {
  let last: Keys | undefined;
  let reading: Promise<Keys> | undefined;
  const readOnce = () => {
    reading ??= read().finally(() => {
      reading = undefined;
    });
    return reading.then((keys) => {
      last = keys;
      return keys;
    });
  };
  return async () => {
    const good =
      last && (last.expiration?.getTime() ?? Number.POSITIVE_INFINITY) > Date.now() ? last : undefined;
    const fresh = readOnce();
    const keys = good
      ? await Promise.race([fresh.catch(() => good), sleep(FRESH_MS, good, { ref: false })])
      : await fresh;
    if (keys.expiration) return keys;
    return { ...keys, expiration: new Date(Date.now() + SDK_MARGIN_MS + READ_AGAIN_MS) };
  };
}

/** A credential process may hang: reading keys is traced as a call, too. */
function startKeysTrace(source: string, onTrace: OnTrace | undefined): (error?: Error) => void {
  const began = performance.now();
  return (error) =>
    onTrace?.({
      kind: 'call',
      service: 'credentials',
      operation: source,
      attempt: 1,
      ms: performance.now() - began,
      ...(error && { failure: { code: error.name, message: withoutEcho(error.message) } }),
    });
}

/** A credential process may hang where it asks a service that is down. */
async function inTime<T>(keys: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not received within ${formatDuration(KEYS_MS)}`)), KEYS_MS);
  });
  return Promise.race([keys, late]).finally(() => clearTimeout(timer));
}

/** Without keys nothing was sent. */
function unsent(error: unknown): unknown {
  if (!(error instanceof Error) || (error as CallError).$metadata?.httpStatusCode !== undefined) return error;
  return Object.assign(new Error(`no AWS keys: ${error.message}`), { syscall: 'connect' });
}
