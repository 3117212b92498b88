import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { ACTION_NAMES, actionNamed } from '../../src/actions/registry.ts';

const DOCS = resolve(import.meta.dirname, '../../docs/actions');

/** Between these marks stands what the declarations say; `npm run docs` writes it. */
const TABLE = /(<!-- parameters -->\n).*?(<!-- \/parameters -->)/s;

const cell = (text: string) => text.replaceAll('|', '\\|');
const code = (text: string) => `\`${cell(text)}\``;

function tableOf(name: string): string {
  const rows = Object.entries(actionNamed(name).parameters).map(
    ([parameter, { flag, help, repeatable, default: usual }]) => [
      code(parameter),
      flag === undefined ? '' : code(flag),
      cell(help) + (repeatable ? ' (repeatable)' : ''),
      usual === undefined ? '' : code(usual),
    ],
  );
  const lines = [['parameter', 'flag', 'meaning', 'default'], ['---', '---', '---', '---'], ...rows];
  return lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

test.each(ACTION_NAMES)('docs/actions/%s.md lists the parameters as they are declared', async (name) => {
  const path = resolve(DOCS, `${name}.md`);
  const page = readFileSync(path, 'utf8');
  expect(page, 'no marks for the table').toMatch(TABLE);
  const written = page.replace(TABLE, (_, begin, end) => `${begin}\n${tableOf(name)}\n\n${end}`);
  await expect(written, 'run: npm run docs').toMatchFileSnapshot(path);
});
