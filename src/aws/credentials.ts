import { setTimeout as sleep } from 'node:timers/promises';
import { formatDuration } from '../base/duration.ts';
import { FireaxeError } from '../base/errors.ts';
import type { OnTrace } from '../base/trace.ts';
import type { CloudProfile, KeySource } from '../kit/types.ts';
import { withoutEcho } from './echo.ts';
import { asCredentialsError } from './errors.ts';
import { type CloudFiles, type Env, endpointFor, paths } from './files.ts';
import { endpointsOf } from './hosts.ts';
import { httpTo } from './http.ts';
import type { CallError } from './passing.ts';
import { traceCalls } from './trace.ts';

/** Longest wait for the keys of a profile. */
const KEYS_MS = 60_000;

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

/**
 * Keys from what was deployed beforehand: the environment, the files, a process, an assumed role.
 * Nothing that may be broken in an emergency, unless the kit allows it by name: no SSO, no instance metadata, no prompt.
 */
export function credentialsFor(
  profile: CloudProfile,
  files: CloudFiles,
  env: Env,
  onTrace?: OnTrace,
): () => Promise<Keys> {
  if (files.profile === undefined) return async () => fromEnvironment(env);
  const name = files.profile;
  return readAgain(async () => {
    refuseFragile(name, files, profile.allow);
    const { fromIni } = await import('./sdk-credentials.ts');
    const endpoint = endpointFor('STS', files, env);
    const endpoints = endpointsOf(files, env);
    const read = fromIni({
      ...paths(profile),
      profile: name,
      ignoreCache: true,
      ...(onTrace && { clientPlugins: [traceCalls(onTrace)] }),
      // That of a web identity takes its settings from here.
      parentClientConfig: {
        region: profile.region,
        ...(endpoint ? {} : endpoints),
        requestHandler: httpTo('STS', endpoint, profile.region, env, endpoints),
      },
      clientConfig: {
        region: profile.region,
        ...(endpoint ? { endpoint } : endpoints),
        requestHandler: httpTo('STS', endpoint, profile.region, env, endpoints),
      },
    });
    const tell = startKeysTrace(name, onTrace);
    try {
      const keys = await inTime(read());
      tell();
      return keys;
    } catch (error) {
      tell(error as Error);
      throw asCredentialsError(error, { ...profile, profile: name }) ?? unsent(error);
    }
  });
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

/** A credential process may hang: reading the keys of a profile is traced as a call, too. */
function startKeysTrace(profile: string, onTrace: OnTrace | undefined): (error?: Error) => void {
  const began = performance.now();
  return (error) =>
    onTrace?.({
      kind: 'call',
      service: 'credentials',
      operation: `profile ${profile}`,
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

function fromEnvironment(env: Env): Keys {
  return {
    accessKeyId: env.AWS_ACCESS_KEY_ID ?? '',
    secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '',
    ...(env.AWS_SESSION_TOKEN ? { sessionToken: env.AWS_SESSION_TOKEN } : {}),
  };
}

/** Settings of a profile that need something which an emergency may have taken away, and what lets the kit allow it. */
const FRAGILE: Record<string, { why: string; source?: KeySource }> = {
  sso_session: { why: 'signs in through SSO' },
  sso_start_url: { why: 'signs in through SSO' },
  login_session: { why: 'signs in through a browser' },
  web_identity_token_file: { why: 'needs an identity provider', source: 'web-identity' },
  mfa_serial: { why: 'asks for a one-time code' },
};
const METADATA: Record<string, KeySource> = {
  Ec2InstanceMetadata: 'instance-metadata',
  EcsContainer: 'container',
};

function refuseFragile(
  name: string,
  files: CloudFiles,
  allow: readonly KeySource[] = [],
  seen: string[] = [],
): void {
  const section = files.profiles[name];
  if (!section || seen.includes(name)) return;
  const setting = Object.keys(FRAGILE).find((key) => section[key] !== undefined);
  const found = setting ? FRAGILE[setting]! : credentialSource(section);
  if (found && !(found.source && allow.includes(found.source)))
    throw new FireaxeError('credentials', `AWS profile ${name} ${found.why}`, {
      expected: 'keys, credential_process or role_arn with source_profile',
      next:
        "put a profile with its own keys for emergencies into the kit's aws/credentials, and name it under cloud: in kit.yaml" +
        (found.source ? `; or accept that it may be down: cloud: { allow: [${found.source}] }` : ''),
    });
  if (section.source_profile) refuseFragile(section.source_profile, files, allow, [...seen, name]);
}

function credentialSource({ credential_source: from }: { credential_source?: string }) {
  if (!from || from === 'Environment') return undefined;
  const source = METADATA[from];
  return { why: `takes its keys from ${from}`, ...(source ? { source } : {}) };
}
