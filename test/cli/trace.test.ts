import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createSink } from '../../src/cli/output.ts';
import { traceLine, traceTo } from '../../src/cli/trace.ts';
import { InProcess } from './in-process.ts';
import { withKit } from './with-kit.ts';

const connection = {
  kind: 'connection' as const,
  transport: 'ssh',
  target: 'cp-1',
  address: '10.0.0.11 port 22',
  phase: 'auth',
  ms: 42,
};

describe('a line of --verbose', () => {
  it('tells a connection', () => {
    expect(traceLine(connection)).toBe('ssh cp-1 10.0.0.11 port 22: auth: ok in 42ms');
    const failure = { code: 'connect-timeout', message: 'no SSH banner\nwithin 15s' };
    expect(traceLine({ ...connection, phase: 'banner', ms: 15_000, failure })).toBe(
      'ssh cp-1 10.0.0.11 port 22: banner: failed after 15.0s: connect-timeout: no SSH banner within 15s',
    );
  });

  it('tells a call with its request id', () => {
    const call = { kind: 'call' as const, service: 'EC2', operation: 'StopInstances', attempt: 2, ms: 120 };
    expect(traceLine({ ...call, status: 200, requestId: 'r-1' })).toBe(
      'EC2 StopInstances: attempt 2: ok in 120ms (status 200, request r-1)',
    );
  });

  it('has its time in UTC to the millisecond, and is sanitized', () => {
    const stderr = new PassThrough();
    const now = () => new Date('2026-11-20T10:15:00.123Z');
    const io = { stdout: stderr, stderr, env: {}, now } as unknown as Parameters<typeof traceTo>[1];
    const failure = { code: 'auth', message: 'it said \u001b[2J' };
    traceTo(createSink(io, {}), io, { verbose: true })!({ ...connection, failure });
    expect(String(stderr.read())).toBe(
      '2026-11-20T10:15:00.123Z ssh cp-1 10.0.0.11 port 22: auth: failed after 42ms: auth: it said \\x1b[2J\n',
    );
  });
});

describe('--verbose', () => {
  let fireaxe: InProcess;
  let kit: string;
  withKit(InProcess, (both) => {
    ({ fireaxe, kit } = both);
  });
  const exec = ['exec', '--via', 'local', '--limit', '1', '--reason', 'test', '--yes', '--', 'true'];
  const line = /^\d{4}-\d\d-\d\dT[\d:.]{12}Z local \S+ this machine: (shell|sudo): /m;

  it('shows the attempts of a run on stderr', async () => {
    const { stderr } = await fireaxe.run(['exec', '-v', ...exec.slice(1)], { kit });
    expect(stderr).toMatch(line);
  });

  it('shows none without it', async () => {
    const { stderr } = await fireaxe.run(exec, { kit });
    expect(stderr).not.toMatch(line);
  });
});
