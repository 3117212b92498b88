import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { clusterFile, fleetFile, kitFile, playbookFile } from './derive.ts';
import { ofTypes } from './derive-printed.ts';

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

// The compiler reads all types that are named: some seconds, and more on a busy machine.
test('schemas/output.schema.json and plan.schema.json are what the types say', {
  timeout: 600_000,
}, async () => {
  for (const [name, schema] of Object.entries(ofTypes()))
    await expect(`${JSON.stringify(schema, null, 2)}\n`, 'run: npm run docs').toMatchFileSnapshot(
      `${SCHEMAS}/${name}.schema.json`,
    );
});
