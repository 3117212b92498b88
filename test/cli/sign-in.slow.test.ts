import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { runCommandLine } from '../../src/cli/main.ts';
import { createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import { type KeyPlaces, keyPlaces } from '../aws/key-places.ts';
import { fakeWorld } from '../drill/cloud/fake-world.ts';
import { cloudKit } from './cloud-kit.ts';
import { InProcess } from './in-process.ts';
import { typing } from './typing.ts';

let cli: InProcess;
let cloud: Awaited<ReturnType<typeof createCloudEndpoint>>;
let places: KeyPlaces;
let kit: string;

beforeAll(async () => {
  cli = new InProcess();
  cloud = await createCloudEndpoint(fakeWorld(3));
  vi.stubEnv('HOME', cli.directory);
});
afterAll(async () => {
  await cloud.close();
  cli.close();
});
beforeEach(async () => {
  places = await keyPlaces();
  vi.stubEnv('AWS_ENDPOINT_URL_STS', places.url);
});
afterEach(async () => {
  await places.close();
  rmSync(kit, { recursive: true });
});

/** A kit whose profile asks for a code; a session is kept by its role. */
function kitFor(role: string, cloudKeys: object, via = '[ssm]'): string {
  const config = `[profile lab]
endpoint_url = ${cloud.url}
role_arn = arn:aws:iam::123456789012:role/${role}
source_profile = base
mfa_serial = arn:aws:iam::1:mfa/me
`;
  const credentials = '[base]\naws_access_key_id = AKBASE\naws_secret_access_key = s\n';
  kit = cloudKit(cloud.url, {
    kit: `    via: ${via}`,
    cloud: { discover: { filters: { 'instance-state-name': ['running'] } }, ...cloudKeys },
    files: { 'aws/config': config, 'aws/credentials': credentials },
  });
  return kit;
}

const DISCOVER = ['nodes', '-c', 'c1', '--discover'];
const EXEC = ['exec', '-c', 'c1', '--all', '--reason', 'x', '--yes'];

it('asks for the code before anything starts, and shows none of it', async () => {
  kitFor('asked', { allow: ['mfa'] });
  places.codes.add('424242');
  const io = typing(['424242'], { ...cli.env, AWS_ENDPOINT_URL_STS: places.url });
  const code = await runCommandLine([...DISCOVER, '--kit', kit], io);
  expect(io.said()).toContain(
    'One-time code of arn:aws:iam::1:mfa/me for arn:aws:iam::123456789012:role/asked: ',
  );
  expect(io.said()).not.toContain('424242');
  expect({ code, seen: places.seen }).toEqual({ code: 0, seen: ['AKBASE sts'] });
});

it('keeps neither the code nor the session in the journal or the log of a run', async () => {
  kitFor('unkept', { allow: ['mfa'] });
  places.codes.add('424242');
  const env = { ...cli.env, AWS_ENDPOINT_URL_STS: places.url };
  const io = typing(['424242'], env);
  await runCommandLine([...EXEC, '--timeout', '5s', '--kit', kit, '--', 'true'], io);
  expect(places.seen).toEqual(['AKBASE sts']);
  const files = readdirSync(env.FIREAXE_STATE_DIR, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
  expect(files.join('')).toContain('i-00000000000000001');
  for (const secret of ['424242', 'AKunkept', 'session-of-unkept'])
    expect(files.join('')).not.toContain(secret);
});

it('ends at Ctrl-C, and where the code is left out', async () => {
  kitFor('given-up', { allow: ['mfa'] });
  const answered = async (line: string) => {
    const io = typing([line], { ...cli.env, AWS_ENDPOINT_URL_STS: places.url });
    return [await runCommandLine([...DISCOVER, '--kit', kit], io), io.said()];
  };
  expect(await answered('\x03')).toEqual([130, expect.stringContaining('interrupted: nothing was changed')]);
  expect(await answered('')).toEqual([4, expect.stringContaining('a one-time code is needed')]);
  expect(places.seen).toEqual([]);
});

it.each([[DISCOVER], [[...EXEC, '--', 'true']]])(
  'without a terminal it names the command that opens a session: %j',
  async (args) => {
    kitFor('refused', { allow: ['mfa'] });
    const { code, stderr } = await cli.run(args, { kit, env: { AWS_ENDPOINT_URL_STS: places.url } });
    expect(code).toBe(4);
    expect(stderr).toContain('AWS profile lab: a one-time code is needed');
    expect(stderr).toMatch(/next: AWS_CONFIG_FILE=\S+ .*aws sts get-caller-identity --profile lab/);
    expect(places.seen).toEqual([]);
  },
);

it('does not stop a command that reaches nodes by SSH first', async () => {
  kitFor('second', { allow: ['mfa'] }, '[ssh, ssm]');
  const args = [...EXEC.slice(0, -3), '--dry-run', '--', 'true'];
  const { stdout, stderr } = await cli.run(args, { kit, env: { AWS_ENDPOINT_URL_STS: places.url } });
  expect(stderr).toContain('warning: not signed in to AWS: AWS profile lab: a one-time code is needed');
  expect(stdout).toContain('dry run: nothing was changed');
});

it('takes a profile that the kit does not allow from whoever names it', async () => {
  kitFor('named', {});
  const run = (...more: string[]) => {
    places.codes.add('424242');
    const io = typing(['424242'], { ...cli.env, AWS_ENDPOINT_URL_STS: places.url });
    return runCommandLine([...DISCOVER, '--kit', kit, ...more], io);
  };
  expect(await run()).toBe(4);
  expect(await run('--profile', 'lab')).toBe(0);
});
