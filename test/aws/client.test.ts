import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeInstancesCommand } from '@aws-sdk/client-ec2';
import { ListCommandsCommand } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ec2Client, ssmClient } from '../../src/aws/client.ts';
import { asCredentialsError } from '../../src/aws/errors.ts';
import type { CloudProfile } from '../../src/kit/types.ts';
import { faultOf } from '../../src/transport/ssm/faults.ts';

/** Of the machine, while the SDK has a made-up clock. */
const realTimeout = setTimeout;

let dir: string;
let server: Server;
let url: string;
/** Access keys and regions of the calls that arrived. */
let seen: string[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fireaxe-cloud-'));
  seen = [];
  server = createServer((request, response) => {
    request.resume();
    const scope = /Credential=([^/]+)\/\d+\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? '');
    seen.push(scope ? `${scope[1]} ${scope[2]} ${scope[3]}` : 'unsigned');
    if (scope?.[3] === 'sts') {
      response.end(
        '<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>' +
          '<AccessKeyId>AKROLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>' +
          '<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>',
      );
    } else response.end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(dir, { recursive: true });
});

async function kit(config: string, credentials = ''): Promise<CloudProfile> {
  const profile = {
    region: 'eu-north-1',
    configFile: join(dir, 'config'),
    credentialsFile: join(dir, 'credentials'),
  };
  await writeFile(profile.configFile, config);
  await writeFile(profile.credentialsFile, credentials);
  return profile;
}

async function call(profile: CloudProfile, env: Record<string, string> = {}) {
  const client = await ssmClient(profile, env);
  try {
    await client.send(new ListCommandsCommand({}));
  } finally {
    client.destroy();
  }
}

const keys = (id: string) => `aws_access_key_id = ${id}\naws_secret_access_key = s\n`;

describe('cloud clients', () => {
  it('reads keys from a file again, which somebody may have renewed', async () => {
    const config = `[profile axe]\nendpoint_url = ${url}\n`;
    const profile = { ...(await kit(config, `[axe]\n${keys('AKOLD')}`)), profile: 'axe' };
    vi.useFakeTimers({ toFake: ['Date'] });
    const client = await ssmClient(profile, {});
    try {
      await client.send(new ListCommandsCommand({}));
      await kit(config, `[axe]\n${keys('AKNEW')}`);
      vi.setSystemTime(Date.now() + 5_000);
      await client.send(new ListCommandsCommand({}));
      // Half a file for a moment gives no reason to lose the keys.
      await kit(config, '[axe]\naws_access');
      vi.setSystemTime(Date.now() + 5_000);
      await client.send(new ListCommandsCommand({}));
    } finally {
      client.destroy();
      vi.useRealTimers();
    }
    expect(seen.map((call) => call.split(' ')[0])).toEqual(['AKOLD', 'AKNEW', 'AKNEW']);
  });

  it('takes keys from a container where the kit allows it', async () => {
    const answer = {
      AccessKeyId: 'AKBOX',
      SecretAccessKey: 's',
      Token: 't',
      Expiration: '2099-01-01T00:00:00Z',
    };
    const box = createServer((_request, response) => response.end(JSON.stringify(answer)));
    await new Promise<void>((resolve) => box.listen(0, '127.0.0.1', resolve));
    const at = `http://127.0.0.1:${(box.address() as AddressInfo).port}/keys`;
    const role = 'role_arn = arn:aws:iam::1:role/r\ncredential_source = EcsContainer';
    const profile = { ...(await kit(`[profile axe]\n${role}\nendpoint_url = ${url}\n`)), profile: 'axe' };
    await expect(call(profile)).rejects.toMatchObject({
      next: expect.stringContaining('allow: [container]'),
    });
    const env = { AWS_CONTAINER_CREDENTIALS_FULL_URI: at };
    await call({ ...profile, allow: ['container'] }, env).finally(() => box.close());
    expect(seen).toEqual(['AKBOX eu-north-1 sts', 'AKROLE eu-north-1 ssm']);
  });

  it('lets the kit name what a profile may depend on', async () => {
    const token = join(dir, 'token');
    await writeFile(token, 'jwt');
    const web = `role_arn = arn:aws:iam::1:role/r\nweb_identity_token_file = ${token}`;
    const config = `[profile axe]\n${web}\nendpoint_url = ${url}\n`;
    const profile = { ...(await kit(config)), profile: 'axe' };
    await expect(call(profile)).rejects.toMatchObject({
      next: expect.stringContaining('allow: [web-identity]'),
    });
    expect(seen).toEqual([]);
    // The identity is the token: nothing is signed.
    await call({ ...profile, allow: ['web-identity'] }).catch(() => {});
    expect(seen).toEqual(['unsigned']);
    await expect(call({ ...profile, allow: ['container'] })).rejects.toMatchObject({ kind: 'credentials' });
  });

  it.each([
    ['use_fips_endpoint = true', {}, 'ssm-fips.eu-north-1.amazonaws.com'],
    ['use_dualstack_endpoint = true', {}, 'ssm.eu-north-1.api.aws'],
    ['use_fips_endpoint = true', { AWS_USE_FIPS_ENDPOINT: 'false' }, 'ssm.eu-north-1.amazonaws.com'],
  ])('asks the endpoint of the profile: %s %j', async (setting, env, host) => {
    const profile = await kit(`[profile axe]\n${setting}\n`, `[axe]\n${keys('AK')}`);
    const client = await ssmClient({ ...profile, profile: 'axe' }, env);
    const asked: string[] = [];
    client.middlewareStack.add(
      () => async (args) => {
        asked.push((args.request as { hostname: string }).hostname);
        return { output: { $metadata: {}, Commands: [] } as never, response: {} };
      },
      { step: 'finalizeRequest', priority: 'low' },
    );
    await client.send(new ListCommandsCommand({}));
    client.destroy();
    expect(asked).toEqual([host]);
  });

  it("uses the kit's profile, region and endpoint whatever the environment says", async () => {
    const profile = await kit(
      `[profile axe]\nregion = us-east-1\nendpoint_url = ${url}\n`,
      `[axe]\n${keys('AKKIT')}\n[default]\n${keys('AKDEFAULT')}`,
    );
    await call({ ...profile, profile: 'axe' }, { AWS_ACCESS_KEY_ID: 'AKENV', AWS_SECRET_ACCESS_KEY: 's' });
    expect(seen).toEqual(['AKKIT eu-north-1 ssm']);
  });

  it.each([
    ['keys of the environment', { AWS_ACCESS_KEY_ID: 'AKENV', AWS_SECRET_ACCESS_KEY: 's' }, 'AKENV'],
    ['AWS_PROFILE', { AWS_PROFILE: 'other' }, 'AKOTHER'],
    ['the default profile', {}, 'AKDEFAULT'],
  ])('without a named profile it uses %s', async (_, env, key) => {
    const profile = await kit('', `[default]\n${keys('AKDEFAULT')}[other]\n${keys('AKOTHER')}`);
    await call(profile, { ...env, AWS_ENDPOINT_URL: url });
    expect(seen).toEqual([`${key} eu-north-1 ssm`]);
  });

  it('takes the endpoint of one service from its services section, the variable first', async () => {
    const profile = await kit(
      `[default]\nservices = drill\nendpoint_url = http://127.0.0.1:1\n[services drill]\nssm =\n  endpoint_url = ${url}\n`,
      `[default]\n${keys('AK')}`,
    );
    await call(profile);
    await call(profile, { AWS_ENDPOINT_URL_SSM: url, AWS_ENDPOINT_URL: 'http://127.0.0.1:1' });
    expect(seen).toHaveLength(2);
  });

  it('runs a credential process', async () => {
    const out = '{"Version":1,"AccessKeyId":"AKPROC","SecretAccessKey":"s"}';
    const profile = await kit(`[default]\nendpoint_url = ${url}\ncredential_process = echo '${out}'\n`);
    await call(profile);
    expect(seen).toEqual(['AKPROC eu-north-1 ssm']);
  });

  it('assumes a role with the keys of its source profile', async () => {
    const profile = await kit(
      `[default]\nendpoint_url = ${url}\nrole_arn = arn:aws:iam::123456789012:role/axe\nsource_profile = base\n[profile base]\n`,
      `[base]\n${keys('AKBASE')}`,
    );
    await call(profile);
    expect(seen).toEqual(['AKBASE eu-north-1 sts', 'AKROLE eu-north-1 ssm']);
  });

  it.for([
    ['an STS', 'role_arn = arn:aws:iam::123456789012:role/axe\nsource_profile = base'],
    // It reads until we end.
    ['a credential process', 'credential_process = cat'],
  ])('%s that never answers is not waited for without end: nothing was sent', async ([, way], { signal }) => {
    const mute = createTcpServer((socket) => void socket.on('error', () => {}));
    await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
    const sts = `http://127.0.0.1:${(mute.address() as AddressInfo).port}`;
    const profile = await kit(`[default]\n${way}\n[profile base]\n`, `[base]\n${keys('AKBASE')}`);
    const moment = () => new Promise((resolve) => realTimeout(resolve, 1));
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      let error: unknown;
      call(profile, { AWS_ENDPOINT_URL_STS: sts }).catch((e: unknown) => {
        error = e;
      });
      while (!error && !signal.aborted) {
        await moment();
        vi.advanceTimersByTime(1000);
      }
      expect(error).toMatchObject({ message: expect.stringContaining('no AWS keys') });
      expect(faultOf(error)).toBe('not-sent');
    } finally {
      vi.useRealTimers();
      mute.close();
    }
  });

  it.each([
    ['SSO', 'sso_session = corp\nsso_account_id = 1\nsso_role_name = x', 'signs in through SSO'],
    ['a one-time code', 'role_arn = a\nsource_profile = b\nmfa_serial = m', 'asks for a one-time code'],
    ['instance metadata', 'role_arn = a\ncredential_source = Ec2InstanceMetadata', 'Ec2InstanceMetadata'],
    ['SSO behind a role', 'role_arn = a\nsource_profile = s', 'signs in through SSO'],
  ])('refuses a profile that needs %s', async (_, settings, message) => {
    const profile = await kit(
      `[default]\nendpoint_url = ${url}\n${settings}\n[profile s]\nsso_start_url = https://x\n`,
    );
    await expect(call(profile)).rejects.toMatchObject({
      kind: 'credentials',
      message: expect.stringContaining(message),
      next: expect.stringContaining('aws/credentials'),
    });
    expect(seen).toEqual([]);
  });

  it('says which profile is missing and what to type next', async () => {
    const profile = await kit(`[default]\nendpoint_url = ${url}\n`);
    await expect(call({ ...profile, profile: 'gone' })).rejects.toMatchObject({
      kind: 'credentials',
      message: expect.stringContaining('profile gone'),
      next: expect.stringContaining('aws sts get-caller-identity --profile gone --region eu-north-1'),
    });
  });

  it('makes one attempt where a second could run a command twice', async () => {
    server.removeAllListeners('request');
    server.on('request', (request, response) => {
      seen.push(request.url ?? '');
      request.resume();
      response.writeHead(500).end();
    });
    const profile = await kit(`[default]\nendpoint_url = ${url}\n`, `[default]\n${keys('AK')}`);
    await expect(call(profile)).rejects.toThrow();
    expect(seen).toHaveLength(1);
    const ec2 = await ec2Client(profile, {});
    await expect(ec2.send(new DescribeInstancesCommand({}))).rejects.toThrow();
    expect(seen.length).toBeGreaterThan(2);
    ec2.destroy();
  });
});

describe('asCredentialsError', () => {
  it.each([
    ['ExpiredTokenException', 'have expired'],
    ['UnrecognizedClientException', 'are not accepted'],
    ['AccessDeniedException', 'do not allow this'],
  ])('reads %s', (name, text) => {
    const error = Object.assign(new Error('x'), { name });
    expect(asCredentialsError(error, { region: 'r' })).toMatchObject({
      kind: 'credentials',
      message: expect.stringContaining(text),
    });
  });

  it('leaves other errors alone', () => {
    expect(asCredentialsError(new Error('x'), { region: 'r' })).toBeUndefined();
  });
});
