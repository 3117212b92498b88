import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { verbAt } from '../../../src/cli/registry.ts';
import { wantsJson } from '../../../src/cli/report-error.ts';
import { validator } from './validator.mjs';

const OUTPUT = resolve(import.meta.dirname, '../../../schemas/output.schema.json');

type Check = (value: unknown) => string[];

/** Compiled once in a process, and only where a test prints JSON. */
const checks = new Map<string, Check>();

/** Checks by a definition of the schema of the package. */
export function checkBy(name: string): Check {
  const known = checks.get(name);
  if (known) return known;
  const { $defs } = JSON.parse(readFileSync(OUTPUT, 'utf8'));
  const check = validator({ $ref: `#/$defs/${name}`, $defs });
  checks.set(name, check);
  return check;
}

/** What a command line printed as JSON, against the schema of the package: a line for each mistake. */
export function mistakesIn(args: string[], { stdout, stderr }: { stdout: string; stderr: string }): string[] {
  const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  if (!wantsJson(own)) return [];
  const failures = stderr.split('\n').filter((line) => line.startsWith('{"schemaVersion":1,"error":'));
  const wrong = failures.flatMap((line) => mistakesInOne(line, [checkBy('failure')]));
  if (stdout === '' || isText(own)) return wrong;
  const verb = verbAt(own)?.verb.name;
  if (verb === undefined) return [...wrong, `JSON of no verb: ${stdout}`];
  const result = checkBy(verb.replace(' ', '-'));
  if (!/ndjson$/m.test(own.join('\n'))) return [...wrong, ...mistakesInOne(stdout, [result])];
  const lines = stdout.trimEnd().split('\n');
  return [...wrong, ...lines.flatMap((line) => mistakesInOne(line, [checkBy('line'), result]))];
}

/** Help, a script of completion, and a schema are what they are, whatever --output says. */
function isText(words: string[]): boolean {
  const [verb, name = '-'] = words;
  const help = words.some((word) => word === '--help' || word === '-h') || verb === 'help';
  return help || verb === 'completion' || (verb === 'schema' && !name.startsWith('-'));
}

/** The mistakes by the first of the checks, unless one of the others takes it. */
function mistakesInOne(text: string, [first, ...others]: Check[]): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [`not JSON: ${text.slice(0, 200)}`];
  }
  const mistakes = first!(value);
  if (mistakes.length === 0 || others.some((check) => check(value).length === 0)) return [];
  return mistakes.map((why) => `${text.slice(0, 200)}: ${why}`);
}
