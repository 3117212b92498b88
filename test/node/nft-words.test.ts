import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { ArmedNode, WAYS } from './armed-node.ts';
import { SHELLS } from './sandbox.ts';
import { test } from './sandbox-test.ts';

const WAY = WAYS.find(({ name }) => name === 'fence on hosts')!;

test.for(SHELLS)('%s: a warning of nft does not get into the saved table', async (shell, { box }) => {
  const node = new ArmedNode(box, shell, WAY);
  const nft = readFileSync(`${import.meta.dirname}/tools/nft.sh`, 'utf8').replace(' 2>/dev/null', '');
  // As the loader warns of a missing preloaded library, before and after.
  box.tool(
    'nft',
    `echo 'ERROR: ld.so: object cannot be preloaded' >&2\n(${nft}\n)\nrc=$?\necho 'end of it' >&2\nexit $rc`,
  );
  const first = await node.order('apply', 'a1');
  expect((await node.order('keep', 'a1')).result?.state).toBe('changed');
  const fenced = readFileSync(node.at('table'), 'utf8');
  const second = await node.order('apply', 'a2', { params: WAY.other });
  expect(second.result?.state).toBe('changed');
  expect(readFileSync(node.at('run/fireaxe/a2/s1/back.nft'), 'utf8')).not.toContain('end of it');
  await node.order('undo', 'a2', { params: WAY.other, before: second });
  expect(readFileSync(node.at('table'), 'utf8')).toBe(fenced);
  expect((await node.order('undo', 'a1', { before: first })).result?.state).toBe('changed');
  expect(await node.found()).toBe('would, absent: ');
});
