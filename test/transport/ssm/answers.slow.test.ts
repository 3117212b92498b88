import { afterEach, describe, expect, it } from 'vitest';
import { ssmApi } from '../../../src/transport/ssm/api.ts';
import { type Harness, harness, statesOf } from './harness.ts';

let h: Harness;
afterEach(() => h?.close());

const patience = { connectMs: 10_000, runMs: 10_000 };

describe('the SSM transport when answers are not what they should be', () => {
  it.each(['empty', 'cut'] as const)(
    'finds its command after an %s answer, and sends no second',
    async (how) => {
      h = await harness(3);
      h.endpoint.faults.afterAcceptance.SendCommand = { how, times: 1 };
      expect(Object.values(statesOf(await h.run(patience)))).toEqual(['ok', 'ok', 'ok']);
      expect(h.endpoint.calls.SendCommand).toBe(1);
      expect(h.world.ran).toHaveLength(3);
    },
  );

  it.each(['ListCommands', 'ListCommandInvocations'])(
    'takes an empty answer to %s for none',
    async (list) => {
      h = await harness(3);
      h.endpoint.faults.afterAcceptance[list] = { how: 'empty', times: 4 };
      expect(Object.values(statesOf(await h.run(patience)))).toEqual(['ok', 'ok', 'ok']);
    },
  );

  it('sends again by the service’s clock where ours is a day off, and runs once', async () => {
    h = await harness(3);
    h.endpoint.faults.clockAheadMs = -86_400_000;
    expect(Object.values(statesOf(await h.run(patience)))).toEqual(['ok', 'ok', 'ok']);
    expect(h.world.ran).toHaveLength(3);
  });

  it('ends a list whose pages lead to themselves', async () => {
    const page = async () => ({ Commands: [], CommandInvocations: [], NextToken: 'again' });
    const api = await ssmApi({ send: page, destroy() {} } as unknown as Parameters<typeof ssmApi>[0]);
    await expect(api.commands(new Date(0), () => false)).rejects.toMatchObject({ name: 'HalfAnswer' });
    await expect(api.invocations('c')).rejects.toMatchObject({ name: 'HalfAnswer' });
  });

  it('takes what is of another type than it should be for absent', async () => {
    const api = (answer: object) =>
      ssmApi({ send: async () => answer, destroy() {} } as unknown as Parameters<typeof ssmApi>[0]);
    const odd = [null, 5, 'x', { CommandPlugins: 'abc' }, { InstanceId: 7, CommandPlugins: [{ Output: 7 }] }];
    const reports = await (await api({ CommandInvocations: odd })).invocations('c');
    expect(reports).toEqual(Array(5).fill({ instanceId: '', details: '', code: -1, output: '' }));
    await expect((await api({ CommandInvocations: { a: 1 } })).invocations('c')).rejects.toMatchObject({
      name: 'HalfAnswer',
    });
    const [command] = await (await api({ Commands: [{ CommandId: 5, Comment: [1] }] })).commands(
      new Date(0),
      () => false,
    );
    expect(command).toMatchObject({ id: '', comment: '', over: false });
    const streams = await (await api({ StandardOutputContent: 5 })).output('c', 'i');
    expect(streams).toEqual({ stdout: '', stderr: '' });
  });
});
