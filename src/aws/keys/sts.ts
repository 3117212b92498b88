import { readFile } from 'node:fs/promises';
import type { Section } from '../files.ts';
import { placeOf } from '../http.ts';
import { HalfAnswer } from '../passing.ts';
import { traceCalls } from '../trace.ts';
import type { Keys, Reading } from './types.ts';

/** What STS calls the keys of a role. */
interface Answer {
  Credentials?:
    | {
        AccessKeyId: string | undefined;
        SecretAccessKey: string | undefined;
        SessionToken: string | undefined;
        Expiration: Date | undefined;
      }
    | undefined;
}

/** The keys of the section's role, got with those of its source. */
export async function assumeRole(
  source: Keys,
  section: Section,
  how: Reading,
  code: { SerialNumber?: string; TokenCode?: string } = {},
): Promise<Keys> {
  const { AssumeRoleCommand, STSClient } = await import('../sdk-sts.ts');
  const client = withTrace(new STSClient({ ...place(how), credentials: source }), how);
  const order = new AssumeRoleCommand({
    RoleArn: section.role_arn,
    RoleSessionName: section.role_session_name ?? sessionName(),
    ...(section.external_id ? { ExternalId: section.external_id } : {}),
    DurationSeconds: Number(section.duration_seconds) || 3600,
    ...code,
  });
  return keysIn(await client.send(order).finally(() => client.destroy()), 'AssumeRole');
}

/** The keys of a role for the token that an identity provider wrote to a file. It is not signed: there are no keys yet. */
export async function assumeRoleWithWebIdentity(file: string, section: Section, how: Reading): Promise<Keys> {
  const WebIdentityToken = (await readFile(file, 'utf8')).trim();
  const { AssumeRoleWithWebIdentityCommand, STSClient } = await import('../sdk-sts.ts');
  const client = withTrace(new STSClient(place(how)), how);
  const order = new AssumeRoleWithWebIdentityCommand({
    RoleArn: section.role_arn,
    RoleSessionName: section.role_session_name ?? sessionName(),
    WebIdentityToken,
    ...(section.duration_seconds ? { DurationSeconds: Number(section.duration_seconds) } : {}),
  });
  return keysIn(await client.send(order).finally(() => client.destroy()), 'AssumeRoleWithWebIdentity');
}

/** Always in the kit's region: the global endpoint is in one region alone. */
function place(how: Reading) {
  return placeOf('STS', how.profile.region, how);
}

function withTrace<C extends { middlewareStack: object }>(client: C, { onTrace }: Reading): C {
  const { middlewareStack: stack } = client as { middlewareStack: { use?(plugin: object): void } };
  if (onTrace) stack.use?.(traceCalls(onTrace));
  return client;
}

/** CloudTrail shows it. */
function sessionName(): string {
  return `fireaxe-${Date.now()}`;
}

function keysIn({ Credentials: found }: Answer, operation: string): Keys {
  if (!found?.AccessKeyId || !found.SecretAccessKey || !found.SessionToken)
    throw new HalfAnswer(operation, 'Credentials');
  return {
    accessKeyId: found.AccessKeyId,
    secretAccessKey: found.SecretAccessKey,
    sessionToken: found.SessionToken,
    ...(found.Expiration && { expiration: found.Expiration }),
  };
}
