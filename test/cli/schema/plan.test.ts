import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { fleetOf, KIT_YAML, makeKit, NODES } from '../../kit/make-kit.ts';
import { InProcess } from '../in-process.ts';
import { validator } from './validator.mjs';

const SCHEMA = resolve(import.meta.dirname, '../../../schemas/plan.schema.json');
const check = validator(JSON.parse(readFileSync(SCHEMA, 'utf8')));

const fireaxe = new InProcess();
const second = NODES.map((node) => ({
  ...node,
  cluster: 'c2',
  address: node.address.replace('127.0', '127.1'),
}));
const kit = makeKit({
  'kit.yaml': KIT_YAML.replace('policy:', '  c2:\n    ssh: { user: core, identity: keys/id }\npolicy:'),
  'fleet/c2.json': JSON.stringify(fleetOf(second, 'c2')),
});
afterAll(() => {
  fireaxe.close();
  rmSync(kit, { recursive: true });
});

const EXEC = ['exec', '--all', '--', 'true'];
const PLAYBOOK = ['shed-load', '-p', 'process=telemetryd'];

it.each([
  ['of one cluster', 'c1', EXEC],
  ['of several', 'c1,c2', EXEC],
  ['of a playbook', 'c1', PLAYBOOK],
  ['of a playbook on several', 'c1,c2', PLAYBOOK],
])('a saved plan is what its schema says: %s', async (_, clusters, [name, ...words]) => {
  const file = join(fireaxe.directory, `${name}-${clusters}.json`);
  const how = ['-c', clusters!, '--reason', 'test', '--save', file];
  const { code, stderr } = await fireaxe.run(['plan', name!, ...how, ...words], { kit });
  expect(code, stderr).toBe(0);
  const plan = JSON.parse(readFileSync(file, 'utf8'));
  expect(check(plan)).toEqual([]);
  expect(check({ ...plan, more: 1 })).not.toEqual([]);
});
