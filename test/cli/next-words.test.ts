import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verbAt } from '../../src/cli/registry.ts';
import { buildCommand } from '../../src/cli/run-verb.ts';
import { topicPage } from '../../src/cli/topics/topic.ts';
import { quietIo } from './quiet-io.ts';

const SRC = resolve(import.meta.dirname, '../../src');

/** `fireaxe …` in a text of the source, up to the end of the command. */
const COMMAND = /(?<=['`]|: )fireaxe ([a-z]+)((?: (?:\$\{[^}]*\}|[^'"`,;)\s]+))*)/g;

const found = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
  .filter((path) => /\.tsx?$/.test(path) && !path.startsWith('drill'))
  .flatMap((path) =>
    readFileSync(join(SRC, path), 'utf8')
      .split('\n')
      .filter((line) => /\bnext\b|nextCommand/.test(line))
      .flatMap((line) => [...line.matchAll(COMMAND)].map(([command]) => ({ path, command }))),
  )
  // Incomplete commands.
  .filter(({ command }) => !/…|FILE|PLAYBOOK/.test(command));

describe('every command that a hint names', () => {
  it('is found', () => {
    expect(found.length).toBeGreaterThan(12);
  });

  it.each(found)('$command ($path)', async ({ command }) => {
    const [, ...typed] = command
      .replaceAll(/\$\{[^}]*\}/g, 'x')
      .split(' ')
      .filter((word) => word !== '' && word !== 'last' && !/^(where|to|then|or)$/.test(word));
    if (typed[0] === 'x') return;
    if (typed[0] === 'help') return void expect(topicPage(typed[1]!), `no page ${typed[1]}`).toBeDefined();
    const at = verbAt(typed);
    expect(at, `no verb ${typed[0]}`).toBeDefined();
    const { verb, rest: words } = at!;
    if (words.includes('--help')) return;
    const { io } = quietIo();
    const parsed = buildCommand(await verb.load(), io);
    const known = parsed.options.flatMap((option) => [option.short, option.long]);
    for (const word of words.filter((w) => w.startsWith('-'))) expect(known).toContain(word);
  });
});
