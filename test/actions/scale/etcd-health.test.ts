import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { healthyMembers } from '../../../src/actions/scale/quorum.ts';
import type { CloudContext } from '../../../src/actions/types.ts';
import { splitResult } from '../../../src/transport/node-output.ts';
import type { NodeResult, NodeScript } from '../../../src/transport/types.ts';
import { target } from '../../transport/ssm/harness.ts';

const execute = promisify(execFile);
let bin: string;

beforeEach(async () => {
  bin = await mkdtemp(join(tmpdir(), 'fireaxe-etcd-'));
});
afterEach(() => rm(bin, { recursive: true }));

async function tool(name: string, script: string) {
  const file = join(bin, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

/** Runs the real script by a real sh, with our own tools first. */
async function healthy(): Promise<{ names: string[]; result: NodeResult | undefined }> {
  let result: NodeResult | undefined;
  const context = {
    runId: 'run-1',
    stepId: 's',
    nodes: [],
    async reach(targets: unknown[], script: NodeScript) {
      const text = script.textFor(target(0), 'ssm');
      const env = { PATH: `${bin}:/usr/bin:/bin`, FIREAXE_ROOT: bin };
      const ran = await execute('/bin/sh', ['-c', text], { env }).catch((e: { stdout: string }) => e);
      result = splitResult(ran.stdout, script.nonce).result;
      const state = result?.state === 'ok' ? 'ok' : 'failed';
      return targets.map(() => ({ target: 'n0', state, ...(result ? { result } : {}) }));
    },
  } as unknown as CloudContext;
  return { names: await healthyMembers([target(0)], context), result };
}

it.each([
  ['{"health":"true","reason":""}', ['n0'], 'ok'],
  ['{"health": "true"}', ['n0'], 'ok'],
  ['{"health":"false","reason":"RAFT NO LEADER"}', [], 'failing'],
  ['curl: (7) refused', [], 'no-answer'],
  ['', [], 'no-answer'],
])('reads %s', async (answer, names, etcd) => {
  await tool('curl', `[ "$4" = http://127.0.0.1:2381/health ] && printf '%s' '${answer}'`);
  const read = await healthy();
  expect(read.names).toEqual(names);
  expect(read.result?.data?.etcd).toBe(etcd);
});

it('asks this machine, not a proxy that the login names', async () => {
  await tool('curl', `case "$*" in *'--noproxy *'*) printf '{"health":"true"}' ;; esac`);
  expect((await healthy()).names).toEqual(['n0']);
  await rm(join(bin, 'curl'));
  await tool('wget', `[ -n "\${http_proxy-none}" ] || printf '{"health":"true"}'`);
  expect((await healthy()).names).toEqual(['n0']);
});

it('takes wget where there is no curl, and counts nobody where there is neither', async () => {
  const none = await healthy();
  expect(none.result).toMatchObject({ state: 'refused', code: 'no-tool' });
  expect(none.names).toEqual([]);
  await tool('wget', `printf '%s' '{"health":"true"}'`);
  expect((await healthy()).names).toEqual(['n0']);
});
