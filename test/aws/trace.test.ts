import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListCommandsCommand } from '@aws-sdk/client-ssm';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ssmClient } from '../../src/aws/client.ts';
import { ec2Api } from '../../src/aws/ec2-api.ts';
import type { CallTrace, TraceEvent } from '../../src/base/trace.ts';

const SECRET = 'verysecretkey';
let dir: string;
let server: Server;
let url: string;
let answers: { status: number; body: string }[];
let traced: TraceEvent[];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'fireaxe-trace-'));
  answers = [];
  traced = [];
  server = createServer((request, response) => {
    request.resume();
    const { status, body } = answers.shift() ?? { status: 200, body: '{}' };
    response.writeHead(status, { 'x-amzn-requestid': 'req-1' }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(dir, { recursive: true });
});

async function profile(setting = '') {
  const credentialsFile = join(dir, 'credentials');
  const keys = `aws_access_key_id = AK\naws_secret_access_key = ${SECRET}\n`;
  await writeFile(credentialsFile, `[axe]\n${setting || keys}[base]\n${keys}`);
  return { region: 'eu-north-1', profile: 'axe', credentialsFile };
}

const onTrace = (event: TraceEvent) => void traced.push(event);

async function list(setting?: string) {
  const client = await ssmClient(await profile(setting), { AWS_ENDPOINT_URL: url }, onTrace);
  await client.send(new ListCommandsCommand({})).catch(() => {});
  client.destroy();
}

it('tells each call with its service, operation, status and request id', async () => {
  await list();
  expect(traced).toEqual([
    expect.objectContaining({ service: 'credentials', operation: 'profile axe' }),
    {
      kind: 'call',
      service: 'SSM',
      operation: 'ListCommands',
      attempt: 1,
      ms: expect.any(Number),
      status: 200,
      date: expect.stringContaining(' GMT'),
      requestId: 'req-1',
    },
  ]);
});

it('tells the error code of a call that failed', async () => {
  answers.push({ status: 400, body: '{"__type":"ThrottlingException","message":"Rate exceeded"}' });
  await list();
  expect(traced.at(-1)).toMatchObject({
    status: 400,
    requestId: 'req-1',
    failure: { code: 'ThrottlingException', message: 'Rate exceeded' },
  });
});

it.each([
  [
    'InvalidSignatureException',
    `The signature does not match.\n\nThe Canonical String should have been\n'POST\nx-amz-security-token:${SECRET}'`,
    'The signature does not match.',
  ],
  [
    'ValidationException',
    `1 validation error detected: Value '{commands=[echo '${SECRET}'\nexit]}' at 'parameters' failed`,
    "1 validation error detected: Value '…' at 'parameters' failed",
  ],
])('leaves out what %s echoes of the call', async (code, message, said) => {
  answers.push({ status: 400, body: JSON.stringify({ __type: code, message }) });
  await list();
  expect(traced.at(-1)).toMatchObject({ failure: { code, message: said } });
});

it('tells each attempt of a call that the SDK repeats', async () => {
  answers.push({ status: 503, body: '' });
  const reservations = '<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>';
  answers.push({ status: 200, body: reservations });
  const api = await ec2Api(await profile(), { AWS_ENDPOINT_URL: url }, onTrace);
  await api.describe({});
  api.close();
  const calls = traced.filter((event): event is CallTrace => event.kind === 'call').slice(1);
  expect(calls.map(({ operation, attempt, status }) => [operation, attempt, status])).toEqual([
    ['DescribeInstances', 1, 503],
    ['DescribeInstances', 2, 200],
  ]);
});

it('tells the call that assumes a role, and no key', async () => {
  answers.push({
    status: 403,
    body: '<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>',
  });
  await list('role_arn = arn:aws:iam::123456789012:role/axe\nsource_profile = base\n');
  expect(traced).toEqual([
    expect.objectContaining({ service: 'STS', operation: 'AssumeRole', status: 403 }),
    expect.objectContaining({ service: 'credentials', failure: expect.anything() }),
  ]);
  expect(JSON.stringify(traced)).not.toContain(SECRET);
});
