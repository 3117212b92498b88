import { FireaxeError } from '../../base/errors.ts';
import { withoutEcho } from '../echo.ts';
import { withOurKeys } from '../errors.ts';
import { paths, type Section } from '../files.ts';
import { placeOf } from '../http.ts';
import { type CallError, HalfAnswer } from '../passing.ts';
import { traceCalls } from '../trace.ts';
import { cachedKeys, ssoCacheName } from './cli-cache.ts';
import type { Keys, Reading } from './types.ts';

/**
 * The keys of an SSO role. Where AWS's own tool has them in its cache nothing is asked; else the portal gives them for
 * the token that `aws sso login` left. Nothing is written but a token that was renewed, where that tool keeps it.
 */
export async function ssoKeys(name: string, section: Section, how: Reading): Promise<Keys> {
  const { url, region } = portalOf(name, section, how);
  const cached = await cachedKeys(ssoCacheName(section));
  if (cached) return cached;
  const accessToken = await tokenOf(name, section, how, url, region);
  const { GetRoleCredentialsCommand, SSOClient } = await import('../sdk-sso.ts');
  const client = new SSOClient(placeOf('SSO', region, how));
  const { middlewareStack: stack } = client as { middlewareStack: { use(plugin: object): void } };
  if (how.onTrace) stack.use(traceCalls(how.onTrace));
  const { sso_account_id: accountId, sso_role_name: roleName } = section;
  try {
    const { roleCredentials: found } = await client.send(
      new GetRoleCredentialsCommand({ accountId, roleName, accessToken }),
    );
    if (!found?.accessKeyId || !found.secretAccessKey || !found.sessionToken || !found.expiration)
      throw new HalfAnswer('GetRoleCredentials', 'roleCredentials');
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = found;
    return { accessKeyId, secretAccessKey, sessionToken, expiration: new Date(expiration) };
  } catch (error) {
    const { name: code, message, $metadata } = error as CallError;
    if ($metadata?.httpStatusCode === 401)
      throw signIn(name, how, `the SSO session is refused: ${withoutEcho(message ?? '')}`);
    if (code === 'ForbiddenException' || code === 'ResourceNotFoundException')
      throw new FireaxeError(
        'credentials',
        `AWS profile ${name}: SSO does not give the role ${roleName} of account ${accountId}: ${withoutEcho(message ?? '')}`,
        {
          place: how.profile.configFile ?? 'AWS config',
          next: 'give a profile with its own keys: --profile NAME',
        },
      );
    throw error;
  } finally {
    client.destroy();
  }
}

/** The token of the last `aws sso login`, renewed where it can be. */
async function tokenOf(
  name: string,
  section: Section,
  how: Reading,
  url: string,
  region: string,
): Promise<string> {
  const { fromSso, getSSOTokenFromFile } = await import('../sdk-sso.ts');
  const { accessToken, expiresAt } = await getSSOTokenFromFile(section.sso_session ?? url).catch(() => {
    throw signIn(name, how, 'there is no SSO session');
  });
  const expired = () => signIn(name, how, 'the SSO session has expired');
  if (!section.sso_session) {
    if (!(Date.parse(expiresAt) > Date.now())) throw expired();
    return accessToken;
  }
  const clientConfig = placeOf('SSO_OIDC', region, how);
  const from = { ...paths(how.profile), profile: name, ignoreCache: true, clientConfig };
  const { token, expiration } = await fromSso(from)().catch(() => {
    throw expired();
  });
  if (expiration && expiration.getTime() <= Date.now()) throw expired();
  return token;
}

function portalOf(name: string, section: Section, { files, profile }: Reading) {
  const session = section.sso_session ? files.config[`sso-session.${section.sso_session}`] : section;
  const { sso_start_url: url, sso_region: region } = session ?? {};
  const lacks = !session
    ? `the section [sso-session ${section.sso_session}]`
    : [!url && 'sso_start_url', !region && 'sso_region']
        .concat([!section.sso_account_id && 'sso_account_id', !section.sso_role_name && 'sso_role_name'])
        .filter(Boolean)
        .join(', ');
  if (url && region && !lacks) return { url, region };
  throw new FireaxeError('credentials', `AWS profile ${name} signs in through SSO, but lacks ${lacks}`, {
    place: profile.configFile ?? 'AWS config',
    next: withOurKeys(`aws configure sso --profile ${name}`, { region: profile.region }),
  });
}

function signIn(name: string, { profile }: Reading, why: string): FireaxeError {
  return new FireaxeError('credentials', `AWS profile ${name}: ${why}`, {
    place: profile.configFile ?? 'AWS config',
    expected: 'a session of SSO, or a profile with its own keys: --profile NAME',
    next: withOurKeys('aws sso login', { ...profile, profile: name }),
  });
}
