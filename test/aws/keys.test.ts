import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListCommandsCommand } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ssmClient } from '../../src/aws/client.ts';
import { keysNow } from '../../src/aws/credentials.ts';
import { roleCacheName, ssoCacheName } from '../../src/aws/keys/cli-cache.ts';
import type { CloudProfile, KeySource } from '../../src/kit/types.ts';
import { type KeyPlaces, keyPlaces } from './key-places.ts';

let home: string;
let places: KeyPlaces;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'fireaxe-keys-'));
  places = await keyPlaces();
  vi.stubEnv('HOME', home);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await places.close();
  await rm(home, { recursive: true });
});

const ROLE = (name: string) => `role_arn = arn:aws:iam::123456789012:role/${name}`;
const OWN = 'aws_access_key_id = AKOWN\naws_secret_access_key = s';
const SSO =
  'sso_session = corp\nsso_account_id = 1\nsso_role_name = admin\n[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1';
const LEGACY_SSO =
  'sso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\nsso_account_id = 1\nsso_role_name = admin';

/** The kit's profile `axe`, in a config file that only the kit names. */
async function kit(settings: string, allow: KeySource[] = []): Promise<CloudProfile> {
  const [configFile, credentialsFile] = [join(home, 'kit-config'), join(home, 'kit-credentials')];
  await writeFile(configFile, `[profile axe]\nendpoint_url = ${places.url}\n${settings}\n`);
  await writeFile(credentialsFile, '');
  return { region: 'eu-north-1', configFile, credentialsFile, profile: 'axe', allow };
}

async function call(profile: CloudProfile, env: Record<string, string> = {}) {
  const client = await ssmClient(profile, env);
  await client.send(new ListCommandsCommand({})).finally(() => client.destroy());
}

/** What `aws sso login` leaves behind. */
async function signedIn(id: string, accessToken: string, expiresAt: string, more = {}): Promise<void> {
  const cache = join(home, '.aws/sso/cache');
  await mkdir(cache, { recursive: true });
  const name = createHash('sha1').update(id).digest('hex');
  await writeFile(join(cache, `${name}.json`), JSON.stringify({ accessToken, expiresAt, ...more }));
}

/** What AWS's own tool leaves behind. */
async function cached(name: string, AccessKeyId: string, Expiration: string): Promise<void> {
  const cache = join(home, '.aws/cli/cache');
  await mkdir(cache, { recursive: true });
  const Credentials = { AccessKeyId, SecretAccessKey: 's', SessionToken: 't', Expiration };
  await writeFile(join(cache, `${name}.json`), JSON.stringify({ Credentials }));
}

describe('SSO', () => {
  const sso = { sso_account_id: '1', sso_role_name: 'admin', sso_session: 'corp' };

  it.each([
    ['a session of the kit', SSO, 'corp'],
    ['a start URL', LEGACY_SSO, 'https://corp.awsapps.com/start'],
  ])('gets keys for the cached token of %s', async (_, settings, id) => {
    await signedIn(id, 'sso-token', '2099-01-01T00:00:00Z');
    await call(await kit(settings, ['sso']));
    expect(places.seen).toEqual(['GET /federation/credentials', 'AKSSO-1-admin ssm']);
  });

  it('is the source of a role', async () => {
    await signedIn('corp', 'sso-token', '2099-01-01T00:00:00Z');
    await call(await kit(`${ROLE('axe')}\nsource_profile = person\n[profile person]\n${SSO}`, ['sso']));
    expect(places.seen).toEqual(['GET /federation/credentials', 'AKSSO-1-admin sts', 'AKaxe ssm']);
  });

  it('renews the token of a session', async () => {
    const renewable = { clientId: 'c', clientSecret: 's', refreshToken: 'good' };
    await signedIn('corp', 'old', '2020-01-01T00:00:00Z', renewable);
    await call(await kit(SSO, ['sso']));
    expect(places.seen).toEqual(['POST /token', 'GET /federation/credentials', 'AKSSO-1-admin ssm']);
  });

  it('asks nobody while the cache of AWS CLI has keys of the role', async () => {
    await cached(ssoCacheName(sso), 'AKCACHED', '2099-01-01T00:00:00UTC');
    await call(await kit(SSO, ['sso']));
    expect(places.seen).toEqual(['AKCACHED ssm']);
  });

  it.each([
    ['has expired', 'sso-token', '2020-01-01T00:00:00Z'],
    ['is refused', 'other', '2099-01-01T00:00:00Z'],
  ])('names the command to sign in where the session %s', async (why, token, until) => {
    await cached(ssoCacheName(sso), 'AKCACHED', '2020-01-01T00:00:00Z');
    await signedIn('corp', token, until);
    await expect(call(await kit(SSO, ['sso']))).rejects.toMatchObject({
      kind: 'credentials',
      message: `AWS profile axe: the SSO session ${why}${why === 'is refused' ? ': Session token not found or invalid' : ''}`,
      next: expect.stringMatching(/kit-config .*aws sso login --profile axe/),
    });
  });

  it('names the command to sign in where nobody did', async () => {
    await expect(call(await kit(SSO, ['sso']))).rejects.toMatchObject({
      message: 'AWS profile axe: there is no SSO session',
      next: expect.stringContaining('aws sso login --profile axe'),
    });
  });

  it('tells which setting is missing', async () => {
    await expect(
      call(await kit('sso_session = gone\nsso_account_id = 1\nsso_role_name = r', ['sso'])),
    ).rejects.toMatchObject({
      message: expect.stringContaining('lacks the section [sso-session gone]'),
    });
  });
});

describe('the machine and the container', () => {
  it('gives the keys of its role by IMDSv2, for a role and without a profile', async () => {
    vi.stubEnv('AWS_EC2_METADATA_SERVICE_ENDPOINT', places.url);
    const role = await kit(`${ROLE('axe')}\ncredential_source = Ec2InstanceMetadata`, ['instance-metadata']);
    await call(role);
    expect(places.seen.slice(-2)).toEqual(['AKMACHINE sts', 'AKaxe ssm']);
    expect(places.seen[0]).toBe('PUT /latest/api/token');
    const { profile: _, ...bare } = await kit('', ['instance-metadata']);
    await call(bare, { AWS_ENDPOINT_URL: places.url });
    expect(places.seen.at(-1)).toBe('AKMACHINE ssm');
  });

  it('says what is missing where there is no metadata service', async () => {
    vi.stubEnv('AWS_EC2_METADATA_SERVICE_ENDPOINT', 'http://127.0.0.1:1');
    const { profile: _, ...bare } = await kit('', ['instance-metadata']);
    await expect(call(bare, { AWS_ENDPOINT_URL: places.url })).rejects.toMatchObject({
      kind: 'credentials',
      message: expect.stringContaining('instance metadata'),
    });
  });

  it('gives the keys of a pod or task, with the token from its file', async () => {
    const token = join(home, 'pod-token');
    await writeFile(token, 'pod-token');
    const env = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${places.url}/v1/credentials`,
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: token,
      AWS_ENDPOINT_URL: places.url,
    };
    const { profile: _, ...bare } = await kit('', ['container']);
    await call(bare, env);
    expect(places.seen).toEqual(['GET /v1/credentials', 'AKPOD ssm']);
    // Nothing of it unless the kit says so.
    await expect(call({ ...bare, allow: [] }, env)).rejects.toMatchObject({ kind: 'credentials' });
  });
});

it.each([
  ['a profile', true],
  ['the environment', false],
])('gets keys of a web identity that %s names', async (_, named) => {
  const token = join(home, 'token');
  await writeFile(token, 'jwt\n');
  const web = `${ROLE('web')}\nweb_identity_token_file = ${token}`;
  const { profile, ...rest } = await kit(named ? web : '', ['web-identity']);
  const env = { AWS_WEB_IDENTITY_TOKEN_FILE: token, AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/web' };
  await call(named ? { ...rest, profile: profile! } : rest, {
    ...(named ? {} : env),
    AWS_ENDPOINT_URL: places.url,
  });
  expect(places.seen).toEqual(['AssumeRoleWithWebIdentity', 'AKweb ssm']);
});

describe('a chain of roles', () => {
  it('goes from profile to profile', async () => {
    const chain = `${ROLE('last')}\nsource_profile = middle\n[profile middle]\n${ROLE('middle')}\nsource_profile = base\n[profile base]\n${OWN}`;
    await call(await kit(chain));
    expect(places.seen).toEqual(['AKOWN sts', 'AKmiddle sts', 'AKlast ssm']);
  });

  it('may begin with the same profile, but not go round', async () => {
    await call(await kit(`${ROLE('axe')}\nsource_profile = axe\n${OWN}`));
    expect(places.seen).toEqual(['AKOWN sts', 'AKaxe ssm']);
    await expect(
      call(await kit(`${ROLE('a')}\nsource_profile = b\n[profile b]\n${ROLE('b')}\nsource_profile = axe`)),
    ).rejects.toMatchObject({ kind: 'credentials', message: expect.stringContaining('from itself') });
  });

  it('gets new keys within the run when those of the role expire', async () => {
    const profile = await kit(`${ROLE('axe')}\nsource_profile = base\n[profile base]\n${OWN}`);
    places.until = new Date(Date.now() + 1_000).toISOString();
    const client = await ssmClient(profile, {});
    await client.send(new ListCommandsCommand({}));
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await client.send(new ListCommandsCommand({}));
    client.destroy();
    expect(places.seen.filter((call) => call === 'AKOWN sts').length).toBeGreaterThan(1);
    expect(places.seen.at(-1)).toBe('AKaxe ssm');
  });
});

describe('a one-time code', () => {
  const settings = (role: string) =>
    `${ROLE(role)}\nsource_profile = base\nmfa_serial = arn:aws:iam::1:mfa/me\n[profile base]\n${OWN}`;

  it('opens one session, which every client uses', async () => {
    const profile = await kit(settings('once'), ['mfa']);
    places.codes.add('123456');
    const asked: string[] = [];
    const askCode = async (serial: string) => {
      asked.push(serial);
      return asked.length === 1 ? '000000' : '123456';
    };
    await keysNow(profile, {}, { askCode });
    await call(profile);
    await call(profile);
    expect(asked).toEqual(['arn:aws:iam::1:mfa/me', 'arn:aws:iam::1:mfa/me']);
    expect(places.seen).toEqual(['AKOWN sts', 'AKOWN sts', 'AKonce ssm', 'AKonce ssm']);
    expect(await readdir(home)).toEqual(['kit-config', 'kit-credentials']);
  });

  it('is not asked for within a run: the error names the command that asks', async () => {
    await expect(call(await kit(settings('unasked'), ['mfa']))).rejects.toMatchObject({
      kind: 'credentials',
      message: 'AWS profile axe: a one-time code is needed',
      next: expect.stringMatching(/aws sts get-caller-identity --profile axe/),
    });
    expect(places.seen).toEqual([]);
  });

  it('is not needed while the cache of AWS CLI has the session', async () => {
    const section = {
      role_arn: 'arn:aws:iam::123456789012:role/kept',
      mfa_serial: 'arn:aws:iam::1:mfa/me',
    };
    await cached(roleCacheName(section), 'AKKEPT', '2099-01-01T00:00:00+00:00');
    await call(await kit(settings('kept'), ['mfa']));
    expect(places.seen).toEqual(['AKKEPT ssm']);
  });
});

// As botocore 1.43.11 names them.
it('finds what AWS CLI caches under the same names', () => {
  const role = { role_arn: 'arn:aws:iam::123456789012:role/kept', mfa_serial: 'arn:aws:iam::1:mfa/me' };
  const more = { duration_seconds: '900', external_id: 'x', role_session_name: 's' };
  const sso = { sso_account_id: '1', sso_role_name: 'admin' };
  expect([
    roleCacheName({ ...role, ...more }),
    roleCacheName(role),
    ssoCacheName({ ...sso, sso_start_url: 'https://corp.awsapps.com/start' }),
    ssoCacheName({ ...sso, sso_session: 'corp', sso_start_url: 'x' }),
  ]).toEqual([
    'e506e24d267267292ee7121d8b2b4839dcfb0388',
    '3515681cecdef2f594c1d325a05f026641905cc0',
    'c90000e98c61e6646c5a20e0444b4944400d020d',
    '8900f6959267be5fd4924cd23e12f9e844affa62',
  ]);
});
