import { describe, expect, it } from 'vitest';
import { mergeImport } from '../../../src/kit/import/merge.ts';
import { nodesOf } from '../../../src/kit/import/nodes.ts';
import type { Found } from '../../../src/kit/import/types.ts';

const cluster = { name: 'c1', bastions: {}, ssh: { user: 'root', port: 22, useAgent: false, sudo: true } };
const found = (name: string, host: string, more: Partial<Found> = {}): Found => ({
  name,
  host,
  groups: [],
  labels: {},
  place: () => `f:${name}`,
  ...more,
});
const inventory = (...nodes: Found[]) => ({ kind: 'csv' as const, source: 'csv:f', nodes, notes: [] });
const RECORDS: Record<string, string[]> = {
  'one.example.com': ['10.0.0.1'],
  'both.example.com': ['2001:db8::2', '10.0.0.2'],
  'many.example.com': ['10.0.0.3', '10.0.0.4'],
};
const resolve = async (name: string): Promise<string[]> => {
  if (name === 'mute.example.com') return new Promise(() => {});
  if (!RECORDS[name]) throw Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' });
  return RECORDS[name];
};

describe('names of an inventory', () => {
  it('are resolved once, before anything is written, and stay as a label', async () => {
    const nodes = await nodesOf(inventory(found('a', 'one.example.com'), found('b', 'both.example.com')), {
      cluster,
      resolve,
    });
    expect(nodes).toMatchObject([
      { name: 'a', address: '10.0.0.1', labels: { hostname: 'one.example.com' } },
      { name: 'b', address: '10.0.0.2', labels: { hostname: 'both.example.com' } },
    ]);
  });

  it('that have several addresses, none, or no answer are refused together', async () => {
    const all = inventory(
      found('a', 'many.example.com'),
      found('b', 'gone.example.com'),
      found('c', 'mute.example.com'),
    );
    await expect(nodesOf(all, { cluster, resolve, resolveMs: 20 })).rejects.toMatchObject({
      message: expect.stringMatching(
        /f:a: many\.example\.com has several addresses: 10\.0\.0\.3, 10\.0\.0\.4[\s\S]*f:b: gone\.example\.com does not resolve \(ENOTFOUND\)[\s\S]*f:c: mute\.example\.com does not resolve \(no answer in time\)/,
      ),
    });
  });

  it('of a jump host are resolved, too', async () => {
    const bastions = { b: { name: 'b', address: '10.0.0.1', port: 22, user: 'root' } };
    const jump = { host: 'one.example.com' };
    const of = { cluster: { ...cluster, bastions }, resolve };
    expect(await nodesOf(inventory(found('a', '10.9.0.1', { jump })), of)).toMatchObject([{ jump: 'b' }]);
  });
});

describe('the merge of an import', () => {
  const node = (name: string, address: string, more: object = {}) => ({
    name,
    cluster: 'c1',
    roles: ['worker' as const],
    address,
    labels: {},
    ...more,
  });

  it('knows a machine by its instance id though its name differs, and keeps the name that it has', () => {
    const ours = [node('cp-1', '10.0.0.1', { instanceId: 'i-00000001' })];
    const fresh = [node('ip-10-0-0-1', '10.0.0.1', { instanceId: 'i-00000001', machineId: 'a'.repeat(32) })];
    const { nodes, changes } = mergeImport({ ours, base: [], fresh });
    expect(nodes).toMatchObject([{ name: 'cp-1', machineId: 'a'.repeat(32) }]);
    expect(changes).toMatchObject([
      { kind: 'kept', field: 'name' },
      { kind: 'changed', field: 'machineId' },
    ]);
  });

  it('removes a value that the source no longer has, unless it was changed by hand', () => {
    const base = [node('a', '10.0.0.1', { port: 2222 }), node('b', '10.0.0.2', { port: 2222 })];
    const ours = [base[0]!, node('b', '10.0.0.2', { port: 2200 })];
    const fresh = [node('a', '10.0.0.1'), node('b', '10.0.0.2')];
    expect(mergeImport({ ours, base, fresh }).nodes.map((one) => one.port)).toEqual([undefined, 2200]);
  });

  it('keeps a machine that another source still has', () => {
    const ours = [node('a', '10.0.0.1'), node('b', '10.0.0.2')];
    const { nodes } = mergeImport({ ours, base: ours, fresh: [], elsewhere: new Set(['b']) });
    expect(nodes.map(({ name }) => name)).toEqual(['b']);
  });

  it('ends at the source where nothing was written by hand', () => {
    const base = [node('a', '10.0.0.1', { labels: { x: '1', y: '2' } }), node('b', '10.0.0.2')];
    const fresh = [node('a', '10.0.0.9', { labels: { x: '3' } }), node('c', '10.0.0.3')];
    expect(mergeImport({ ours: base, base, fresh }).nodes).toEqual(fresh);
  });
});
