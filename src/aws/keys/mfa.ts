import { FireaxeError } from '../../base/errors.ts';
import { withOurKeys } from '../errors.ts';
import type { Section } from '../files.ts';
import { cachedKeys, LEAST_MS, roleCacheName } from './cli-cache.ts';
import { assumeRole } from './sts.ts';
import type { Keys, Reading } from './types.ts';

/** Sessions that a code opened in this process. A code is good for one call, and each client needs the keys. */
const sessions = new Map<string, Keys>();

const TRIES = 3;

/** The keys of a role that asks for a one-time code: of a session that is open, or of one that a code opens now. */
export async function sessionWithCode(
  name: string,
  section: Section,
  how: Reading,
  source: () => Promise<Keys>,
): Promise<Keys> {
  const id = roleCacheName(section);
  const open = sessions.get(id);
  if (open && isGood(open)) return open;
  const cached = await cachedKeys(id);
  if (cached) return cached;
  if (!how.askCode) throw closed(name, how, open);
  const keys = await source();
  for (let n = 1; ; n++) {
    const TokenCode = (await how.askCode(section.mfa_serial!, section.role_arn!)).trim();
    if (TokenCode === '') throw closed(name, how, open);
    try {
      const opened = await assumeRole(keys, section, how, { SerialNumber: section.mfa_serial!, TokenCode });
      sessions.set(id, opened);
      return opened;
    } catch (error) {
      // Each code opens one session, so a second try needs the next one.
      if (n === TRIES || !isWrongCode(error)) throw error;
    }
  }
}

function isGood({ expiration }: Keys): boolean {
  return (expiration?.getTime() ?? Number.POSITIVE_INFINITY) - Date.now() > LEAST_MS;
}

function isWrongCode(error: unknown): boolean {
  const { name, message } = error as Error;
  return (
    (name === 'AccessDenied' && /MultiFactorAuthentication/.test(message)) ||
    (name === 'ValidationError' && /tokenCode/i.test(message))
  );
}

/** AWS's own tool asks for the code and keeps the session, also for a run that is under way. */
function closed(name: string, { profile }: Reading, former: Keys | undefined): FireaxeError {
  const why = former ? 'the session that a one-time code opened has ended' : 'a one-time code is needed';
  return new FireaxeError('credentials', `AWS profile ${name}: ${why}`, {
    place: profile.configFile ?? 'AWS config',
    expected: 'a terminal to ask for it, or a session in the cache of AWS CLI',
    next: withOurKeys('aws sts get-caller-identity', profile),
  });
}
