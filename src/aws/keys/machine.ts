import { FireaxeError } from '../../base/errors.ts';
import type { KeySource } from '../../kit/types.ts';
import type { Env } from '../files.ts';
import type { Keys, Reading } from './types.ts';

interface Source {
  name: 'environment' | KeySource;
  read(): Promise<Keys>;
}

/** Settings of the default profile that lead to keys. */
const LEADS = ['aws_access_key_id', 'role_arn', 'credential_process', 'credential_source'].concat([
  'sso_session',
  'sso_start_url',
  'login_session',
]);

/**
 * Where no profile is meant: what this machine has by itself, in the order of AWS's own tools, and as far as the kit
 * allows it. Undefined where a profile has the keys.
 */
export function machineSource(how: Reading): Source | undefined {
  const { profile, files, env } = how;
  if (files.profile === undefined) return { name: 'environment', read: async () => environmentKeys(env) };
  if (profile.profile || env.AWS_PROFILE || LEADS.some((key) => files.profiles.default?.[key]))
    return undefined;
  const { allow = [] } = profile;
  const { AWS_WEB_IDENTITY_TOKEN_FILE: token, AWS_ROLE_ARN: role, AWS_ROLE_SESSION_NAME: session } = env;
  if (allow.includes('web-identity') && token && role)
    return {
      name: 'web-identity',
      read: async () => {
        const { assumeRoleWithWebIdentity } = await import('./sts.ts');
        return assumeRoleWithWebIdentity(token, { role_arn: role, role_session_name: session }, how);
      },
    };
  if (
    allow.includes('container') &&
    (env.AWS_CONTAINER_CREDENTIALS_FULL_URI || env.AWS_CONTAINER_CREDENTIALS_RELATIVE_URI)
  )
    return {
      name: 'container',
      read: async () => (await import('./metadata.ts')).containerKeys(env),
    };
  if (allow.includes('instance-metadata'))
    return {
      name: 'instance-metadata',
      read: async () => (await import('./metadata.ts')).instanceKeys(),
    };
  return undefined;
}

export function environmentKeys(env: Env): Keys {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN } = env;
  if (!accessKeyId || !secretAccessKey)
    throw new FireaxeError('credentials', 'the environment has no AWS keys', {
      place: 'environment',
      expected: 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    });
  return { accessKeyId, secretAccessKey, ...(AWS_SESSION_TOKEN ? { sessionToken: AWS_SESSION_TOKEN } : {}) };
}
