import { expect, it } from 'vitest';
import { FireaxeError } from '../../src/base/errors.ts';
import type { CliContext } from '../../src/cli/context.ts';
import { createSink } from '../../src/cli/output.ts';
import { runAndShow } from '../../src/cli/run-and-show.ts';
import type { Kit } from '../../src/kit/types.ts';
import type { RunEnv } from '../../src/run/types.ts';
import { outcome } from '../fanout/fake-transport.ts';
import { quietIo } from './quiet-io.ts';
import { checkBy } from './schema/printed.ts';

const broken = new FireaxeError('internal', 'the journal could not be written; nothing more is launched');

/** A run whose journal fails after `names` have answered. */
async function breakAfter(names: string[], output: 'text' | 'json' | 'ndjson') {
  const { io, said } = quietIo();
  const flags = { output };
  const context: CliContext = { io, flags, sink: createSink(io, flags), kit: {} as Kit };
  const work = async ({ onEvent }: RunEnv) => {
    for (const name of names) {
      const told = { ...outcome(name, 'ok'), stdout: 'what it said\n' };
      onEvent({ kind: 'outcome', at: '', step: 'exec', op: 'apply', outcome: told });
    }
    throw broken;
  };
  await expect(runAndShow(context, work)).rejects.toBe(broken);
  return said;
}

it('prints the outcomes from before the journal failed', async () => {
  const { stdout, stderr } = await breakAfter(['n1', 'n2'], 'text');
  expect(stdout).toBe('== n[1-2] (2): ok\n  | what it said\n');
  expect(stderr).toContain('exec: so far 2 ok');
});

it('as JSON they have no verdict; a run that launched nothing prints nothing', async () => {
  const { stdout } = await breakAfter(['n1'], 'json');
  expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, outcomes: [{ step: 'exec', target: 'n1' }] });
  expect(JSON.parse(stdout)).not.toHaveProperty('verdict');
  expect(checkBy('exec')(JSON.parse(stdout))).toEqual([]);
  expect((await breakAfter([], 'json')).stdout).toBe('');
});
