import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Section } from '../files.ts';
import type { Keys } from './types.ts';

/** Keys that end sooner are of no use. */
export const LEAST_MS = 60_000;

/** What AWS's own tool keeps in ~/.aws/cli/cache: keys of SSO roles, and sessions that a one-time code opened. */
export async function cachedKeys(name: string): Promise<Keys | undefined> {
  try {
    const text = await readFile(join(homedir(), '.aws/cli/cache', `${name}.json`), 'utf8');
    const { Credentials: found } = JSON.parse(text) as { Credentials?: Record<string, unknown> };
    // Its first version writes UTC instead of Z.
    const expiration = new Date(String(found?.Expiration).replace(/UTC$/, 'Z'));
    const keys = [found?.AccessKeyId, found?.SecretAccessKey, found?.SessionToken];
    if (!keys.every((key) => typeof key === 'string' && key !== '')) return undefined;
    if (!(expiration.getTime() - Date.now() > LEAST_MS)) return undefined;
    const [accessKeyId, secretAccessKey, sessionToken] = keys as [string, string, string];
    return { accessKeyId, secretAccessKey, sessionToken, expiration };
  } catch {
    return undefined;
  }
}

/** The name of an SSO role's keys there: a hash of JSON as Python writes it without spaces. */
export function ssoCacheName(section: Section): string {
  const { sso_account_id: accountId, sso_role_name: roleName, sso_session, sso_start_url } = section;
  return sha1(
    JSON.stringify({
      accountId,
      roleName,
      ...(sso_session ? { sessionName: sso_session } : { startUrl: sso_start_url }),
    }),
  );
}

/** The name of a role's session there: a hash of the call's parameters, in JSON as Python writes it. */
export function roleCacheName(section: Section): string {
  const seconds = Number(section.duration_seconds);
  const parts: [string, string | number | undefined][] = [
    ['DurationSeconds', Number.isInteger(seconds) ? seconds : undefined],
    ['ExternalId', section.external_id],
    ['RoleArn', section.role_arn],
    ['RoleSessionName', section.role_session_name],
    ['SerialNumber', section.mfa_serial],
  ];
  const said = parts.flatMap(([key, value]) =>
    value === undefined ? [] : [`"${key}": ${JSON.stringify(value)}`],
  );
  return sha1(`{${said.join(', ')}}`);
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
