import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { POLICIES } from '../../src/aws/policy/policies.ts';
import { statementsOf } from '../../src/aws/policy/statement.ts';
import type { Policy } from '../../src/aws/policy/types.ts';

const PAGE = resolve(import.meta.dirname, '../../docs/aws.md');
/** Between these marks stands what the code says; `npm run docs` writes it. */
const PLACE = /(<!-- policies -->\n).*?(<!-- \/policies -->)/s;

function sectionOf({ title, permissions }: Policy): string {
  const policy = { Version: '2012-10-17', Statement: statementsOf(permissions) };
  const notes = permissions.flatMap(({ action, note, without, seldom }) => [
    ...(note ? [`- \`${action}\`: ${note}.`] : []),
    ...(without ? [`- \`${action}\` may be left out; then ${without}.`] : []),
    ...(seldom ? [`- \`${action}\`: ${seldom}.`] : []),
  ]);
  return [
    `### ${title}`,
    `\`\`\`json\n${JSON.stringify(policy, null, 2)}\n\`\`\``,
    ...(notes.length > 0 ? [notes.join('\n')] : []),
  ].join('\n\n');
}

test('docs/aws.md has the policies of the code', async () => {
  const page = readFileSync(PAGE, 'utf8');
  expect(page, 'no marks for the policies').toMatch(PLACE);
  const sections = Object.values(POLICIES).map(sectionOf).join('\n\n');
  const written = page.replace(PLACE, (_, begin, end) => `${begin}\n${sections}\n\n${end}`);
  await expect(written, 'run: npm run docs').toMatchFileSnapshot(PAGE);
});

test.each(Object.entries(POLICIES))('the policy %s is well-formed', (_, { permissions }) => {
  for (const { action, resources = [] } of permissions) {
    expect(action).toMatch(/^[a-z0-9]+:[A-Z][A-Za-z0-9]+$/);
    for (const arn of resources) expect(arn).toMatch(/^arn:aws:[a-z0-9]+:\*?:\*?:\S+$/);
  }
});
