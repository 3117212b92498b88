import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListCommandsCommand } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ssmClient } from '../../src/aws/client.ts';
import { hostOf } from '../../src/aws/hosts.ts';
import { isNotConnected } from '../../src/aws/passing.ts';
import { proxyAgent } from '../../src/aws/proxy.ts';
import type { CloudProfile } from '../../src/kit/types.ts';

let dir: string;
let proxy: Server;
let address: string;
let profile: CloudProfile;
/** The targets and senders of the tunnels, and what was sent through them. */
let asked: { to: string; login: string | undefined; said: Buffer }[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fireaxe-proxy-'));
  const credentialsFile = join(dir, 'credentials');
  await writeFile(credentialsFile, '[default]\naws_access_key_id = A\naws_secret_access_key = s\n');
  await writeFile(join(dir, 'config'), '');
  profile = { region: 'xx-test-1', credentialsFile, configFile: join(dir, 'config') };
  asked = [];
  proxy = createServer();
  proxy.on('connect', (request, socket) => {
    const one = {
      to: request.url ?? '',
      login: request.headers['proxy-authorization'],
      said: Buffer.alloc(0) as Buffer,
    };
    asked.push(one);
    socket.on('error', () => {});
    socket.once('data', (said) => {
      one.said = said as Buffer;
      socket.destroy();
    });
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  address = `127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});

afterEach(async () => {
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
  await rm(dir, { recursive: true });
});

async function call(env: Record<string, string>): Promise<unknown> {
  const client = await ssmClient(profile, env);
  try {
    return await client.send(new ListCommandsCommand({})).catch((error: unknown) => error);
  } finally {
    client.destroy();
  }
}

describe('HTTPS_PROXY', () => {
  it('is gone through, and sees a name and TLS', async () => {
    await call({ HTTPS_PROXY: `http://user:p%40ss@${address}` });
    expect(asked[0]).toMatchObject({
      to: 'ssm.xx-test-1.amazonaws.com:443',
      login: `Basic ${Buffer.from('user:p@ss').toString('base64')}`,
    });
    // A TLS handshake, for the service by its name, with nothing of the request before it.
    expect(asked[0]?.said[0]).toBe(0x16);
    expect(asked[0]?.said.includes('ssm.xx-test-1.amazonaws.com')).toBe(true);
    expect(asked[0]?.said.includes('AWS4-HMAC')).toBe(false);
  });

  it.each([
    ['.amazonaws.com', false],
    ['amazonaws.com', false],
    ['*', false],
    ['other, ssm.xx-test-1.amazonaws.com:443', false],
    ['', true],
    ['aws.com', true],
    ['xx-test-1', true],
  ])('with NO_PROXY=%s is used: %s', (names, used) => {
    const env = { HTTPS_PROXY: `http://${address}`, NO_PROXY: names };
    expect(proxyAgent(undefined, 'ssm.xx-test-1.amazonaws.com', env) !== undefined).toBe(used);
    expect(proxyAgent('https://ssm.xx-test-1.amazonaws.com/', 'other.host', env) !== undefined).toBe(used);
  });

  it.each([
    ['cn-north-1', 'ssm.cn-north-1.amazonaws.com.cn'],
    ['us-iso-east-1', 'ssm.us-iso-east-1.c2s.ic.gov'],
    ['us-gov-west-1', 'ssm.us-gov-west-1.amazonaws.com'],
  ])('holds NO_PROXY against the host that is asked in %s', async (region, host) => {
    expect(hostOf('SSM', region)).toBe(host);
    profile = { ...profile, region };
    await call({ HTTPS_PROXY: `http://${address}` });
    expect(asked.map(({ to }) => to)).toEqual([`${host}:443`]);
  });

  it('that refuses has sent nothing', async () => {
    proxy.removeAllListeners('connect');
    proxy.on('connect', (_request, socket) =>
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'),
    );
    const error = await call({ HTTPS_PROXY: `http://${address}` });
    expect(isNotConnected(error)).toBe(true);
    expect(error).toMatchObject({ message: expect.stringContaining('refuses ssm.xx-test-1') });
  });

  it('that does not exist has sent nothing', async () => {
    const error = await call({ HTTPS_PROXY: 'http://127.0.0.1:1' });
    expect(isNotConnected(error)).toBe(true);
    expect(error).toMatchObject({ message: expect.stringContaining('the proxy 127.0.0.1') });
  });

  it('may leave http:// out, and have a bare % in its password', async () => {
    await call({ HTTPS_PROXY: `user:50%off@${address}` });
    expect(asked[0]?.login).toBe(`Basic ${Buffer.from('user:50%off').toString('base64')}`);
  });

  it.each(['socks5://proxy:1080', 'http://'])('that is not an address is refused: %s', async (text) => {
    await expect(call({ HTTPS_PROXY: text })).rejects.toMatchObject({ kind: 'usage' });
  });
});
