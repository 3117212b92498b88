import { describe, expect, it } from 'vitest';
import type { NetworkApi } from '../../../src/aws/network-api.ts';
import { networkBench } from './bench.ts';
import { groupWorld, listWorld, type NetworkWorld, networkWorld } from './world.ts';

const WAYS = { nacl: networkWorld, 'prefix-list': listWorld, 'security-group': groupWorld };

const CHANGES = [
  'CreateTags',
  'DeleteTags',
  'CreateNetworkAclEntry',
  'DeleteNetworkAclEntry',
  'ModifyManagedPrefixList',
  'RevokeSecurityGroupIngress',
  'AuthorizeSecurityGroupIngress',
];

/** Everything but what EC2 numbers itself. */
function comparable({ network }: NetworkWorld) {
  return {
    acls: structuredClone(network.acls),
    rules: network.groups
      .flatMap(({ rules, tags }) => [
        JSON.stringify(tags),
        ...rules.map(({ id: _, ...rule }) => JSON.stringify(Object.entries(rule).sort())),
      ])
      .sort(),
    lists: network.prefixLists.map(({ entries, tags }) => ({
      entries: entries.map((entry) => JSON.stringify(entry)).sort(),
      tags: { ...tags },
    })),
  };
}

class Killed extends Error {}

/** The API until its n-th call, before or after which the process is gone. */
function until(n: number, when: 'before' | 'after', count: { calls: number }) {
  return (api: NetworkApi): NetworkApi =>
    new Proxy(api, {
      get(all, name: keyof NetworkApi) {
        const call = all[name] as (...args: unknown[]) => Promise<unknown>;
        if (typeof call !== 'function' || name === 'close' || name === 'notAllowed') return call;
        return async (...args: unknown[]) => {
          if (args.at(-1) === true) return call(...args);
          count.calls += 1;
          if (count.calls > n) throw new Killed();
          if (count.calls === n && when === 'before') throw new Killed();
          const answer = await call(...args);
          if (count.calls === n) throw new Killed();
          return answer;
        };
      },
    });
}

describe.each(Object.entries(WAYS))('a fence by %s', (way, world) => {
  const params = { with: way, ...(way === 'nacl' && { allow: '10.0.32.7' }) };

  it.each(['before', 'after'] as const)(
    'killed %s each call of apply and of undo ends as planned, and then as it was',
    async (when) => {
      const b = await networkBench(world());
      try {
        const original = structuredClone(b.world.network);
        const reset = () => {
          Object.assign(b.world.network, structuredClone(original));
          b.journal.clear();
        };
        const start = comparable(b.world);
        await b.run('apply', { params });
        const planned = comparable(b.world);
        expect(planned).not.toEqual(start);
        let killed = 0;
        for (const op of ['apply', 'undo'] as const)
          for (let n = 1; ; n++) {
            reset();
            const count = { calls: 0 };
            if (op === 'undo') await b.run('apply', { params });
            b.wrap = until(n, when, count);
            const ended = await b.run(op, { params }).catch((error: unknown) => error);
            delete b.wrap;
            if (!(ended instanceof Killed)) break;
            killed += 1;
            if (op === 'apply') {
              const receipt = await b.run('receipt', { params });
              expect(['absent', 'interrupted', 'ok']).toContain(receipt.state);
              const again = await b.run('apply', { params });
              expect(again.state, `${op} ${n}`).toBe('changed');
              expect(comparable(b.world), `${op} ${n}`).toEqual(planned);
            }
            await b.run('undo', { params });
            expect(comparable(b.world), `${op} ${n}`).toEqual(start);
          }
        expect(killed).toBeGreaterThan(8);
      } finally {
        await b.close();
      }
    },
  );

  it.each(['error-500', 'reset', 'empty'] as const)(
    'does nothing twice where the answer to a change is lost (%s)',
    async (how) => {
      const b = await networkBench(world());
      try {
        const start = comparable(b.world);
        const lose = () => {
          for (const call of CHANGES) b.endpoint.faults.afterAcceptance[call] = { how, times: 1 };
        };
        lose();
        expect((await b.run('apply', { params })).state).toBe('changed');
        expect((await b.run('verify', { params })).state).toBe('ok');
        lose();
        expect((await b.run('undo', { params })).state).toBe('changed');
        expect(comparable(b.world)).toEqual(start);
      } finally {
        await b.close();
      }
    },
  );
});
