import { FireaxeError } from '../../base/errors.ts';
import { lookAt } from '../errors.ts';
import { paths, type Section } from '../files.ts';
import { environmentKeys } from './machine.ts';
import { containerKeys, instanceKeys } from './metadata.ts';
import { sessionWithCode } from './mfa.ts';
import { ssoKeys } from './sso.ts';
import { assumeRole, assumeRoleWithWebIdentity } from './sts.ts';
import type { Keys, Reading } from './types.ts';

/**
 * The keys of a profile: its own, or those of a role that another profile or place leads to, in the order of AWS's own
 * tools. The SDK's `fromIni` would look for SSO in the user's files, not in the kit's.
 */
export async function keysOfProfile(name: string, how: Reading, seen: string[] = []): Promise<Keys> {
  const section = how.files.profiles[name];
  if (!section) throw without(how, `there is no AWS profile ${name}`);
  const own = ownKeys(section);
  // A profile may name itself as the source of the keys for its role.
  if (seen.length > 0 && own) return own;
  if (seen.includes(name)) throw without(how, `AWS profile ${name} takes its keys from itself`);
  const { source_profile: other, credential_source: place } = section;
  if (section.role_arn && (other || place)) return keysOfRole(name, section, how, seen);
  if (own) return own;
  if (section.web_identity_token_file && section.role_arn)
    return assumeRoleWithWebIdentity(section.web_identity_token_file, section, how);
  if (section.credential_process) {
    const { fromProcess } = await import('../sdk-process.ts');
    return fromProcess({ ...paths(how.profile), profile: name, ignoreCache: true })();
  }
  if (section.sso_session || section.sso_start_url) return ssoKeys(name, section, how);
  if (place) return keysOfPlace(name, place, how);
  throw without(how, `AWS profile ${name} has neither keys nor a source of keys`);
}

async function keysOfRole(name: string, section: Section, how: Reading, seen: string[]): Promise<Keys> {
  const { source_profile: other, credential_source: place } = section;
  if (other && place) throw without(how, `AWS profile ${name} has both source_profile and credential_source`);
  const source = () => (other ? keysOfProfile(other, how, [...seen, name]) : keysOfPlace(name, place!, how));
  if (section.mfa_serial) return sessionWithCode(name, section, how, source);
  return assumeRole(await source(), section, how);
}

/** The keys of a `credential_source`. */
async function keysOfPlace(name: string, place: string, how: Reading): Promise<Keys> {
  switch (place) {
    case 'Environment':
      return environmentKeys(how.env);
    case 'Ec2InstanceMetadata':
      return instanceKeys();
    case 'EcsContainer':
      return containerKeys(how.env);
    default:
      throw without(how, `AWS profile ${name} has the unknown credential_source ${place}`);
  }
}

function ownKeys(section: Section): Keys | undefined {
  const { aws_access_key_id: id, aws_secret_access_key: secret, aws_session_token: token } = section;
  if (!id || !secret) return undefined;
  return { accessKeyId: id, secretAccessKey: secret, ...(token ? { sessionToken: token } : {}) };
}

function without({ profile }: Pick<Reading, 'profile'>, what: string): FireaxeError {
  return new FireaxeError('credentials', what, {
    place: profile.credentialsFile ?? profile.configFile ?? 'environment',
    expected: 'keys, credential_process or role_arn with source_profile',
    next: lookAt(profile),
  });
}
