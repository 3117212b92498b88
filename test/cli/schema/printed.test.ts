import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { verbs } from '../../../src/cli/registry.ts';
import { mistakesIn } from './printed.ts';

const failure = '{"schemaVersion":1,"error":{"kind":"usage","message":"m"}}';
const line = '{"schemaVersion":1,"playbook":{"name":"own","from":"built in"}}';
const result = '{"schemaVersion":1,"cluster":"c1","outcomes":[]}';
const printed = (stdout: string, stderr = '') => ({ stdout, stderr });

/** They print a text, whatever --output says. */
const TEXT = ['completion', 'help'];

it('the schema of outputs has a definition for each verb', () => {
  const { $defs } = JSON.parse(
    readFileSync(resolve(import.meta.dirname, '../../../schemas/output.schema.json'), 'utf8'),
  );
  const names = verbs().flatMap(({ name }) => (TEXT.includes(name) ? [] : [name.replace(' ', '-')]));
  expect(names.filter((name) => !(name in $defs))).toEqual([]);
});

describe('the check of what tests print', () => {
  it.each([
    ['text', ['look'], printed('anything')],
    ['nothing', ['look', '-o', 'json'], printed('')],
    ['a result', ['look', '-o', 'json'], printed(result)],
    ['a line and a result', ['look', '-o', 'ndjson'], printed(`${line}\n${result}\n`)],
    ['an error', ['look', '--output=json'], printed('', `a note\n${failure}\n`)],
    ['help', ['look', '-o', 'json', '--help'], printed('Usage')],
    ['what only the command of nodes asks', ['look', '--', 'x', '-o', 'json'], printed('text')],
  ])('takes %s', (_, args, said) => {
    expect(mistakesIn(args, said)).toEqual([]);
  });

  it.each([
    ['a key too many', ['look', '-o', 'json'], printed(result.replace('[]', '[],"more":1'))],
    ['a key too few', ['look', '-o', 'json'], printed('{"schemaVersion":1,"cluster":"c1"}')],
    ['no version', ['look', '-o', 'json'], printed(result.replace('"schemaVersion":1,', ''))],
    ['the result of another verb', ['nodes', '-o', 'json'], printed(result)],
    ['a line of no kind', ['look', '-o', 'ndjson'], printed(`{"schemaVersion":1,"other":1}\n${result}\n`)],
    ['a line where one object is due', ['look', '-o', 'json'], printed(line)],
    ['text where JSON is due', ['look', '-o', 'json'], printed('done\n')],
    ['JSON of no verb', ['lok', '-o', 'json'], printed(result)],
    ['an error of no kind', ['look', '-o', 'json'], printed('', failure.replace('usage', 'typo'))],
  ])('refuses %s', (_, args, said) => {
    expect(mistakesIn(args, said)).not.toEqual([]);
  });

  it('says which verb, which schema and which place in the JSON', () => {
    const one = '{"target":"w1","state":"fine"}';
    const wrong = result.replace('[]', `[${one}]`);
    expect(mistakesIn(['look', '-c', 'c1', '-o', 'json'], printed(wrong)).join('\n')).toMatch(
      /^fireaxe look: schemas\/output\.schema\.json#\/\$defs\/look: at \/outcomes\/0\/state must be equal/m,
    );
  });
});
