import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { clusterFile, fleetFile, kitFile, playbookFile } from './derive.ts';

const SCHEMAS = resolve(import.meta.dirname, '../../../schemas');

test.each([
  ['kit', kitFile],
  ['cluster', clusterFile],
  ['fleet', fleetFile],
  ['playbook', playbookFile],
])('schemas/%s.schema.json is what the code reads', async (name, derive) => {
  const text = `${JSON.stringify(derive(), null, 2)}\n`;
  await expect(text, 'run: npm run docs').toMatchFileSnapshot(`${SCHEMAS}/${name}.schema.json`);
});
