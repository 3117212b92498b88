import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { verbAt } from '../../../src/cli/registry.ts';
import { wantsJson } from '../../../src/cli/report-error.ts';
import { validator } from './validator.mjs';

const FILE = 'schemas/output.schema.json';
const OUTPUT = resolve(import.meta.dirname, '../../..', FILE);

type Check = (value: unknown) => string[];

/** Compiled once in a process, and only where a test prints JSON. */
const checks = new Map<string, Check>();

/** How a mistake quotes what was printed: the beginning, on one line. */
const quoted = (text: string) => text.slice(0, 200).replace(/\s+/g, ' ');

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
  const verb = verbAt(own)?.verb.name;
  const found = failures.flatMap((line) => mistakesInOne(line, ['failure']));
  if (stdout !== '' && !isText(own)) {
    if (verb === undefined) found.push(`JSON of no verb: ${quoted(stdout)}`);
    else found.push(...mistakesOnStdout(stdout, verb.replace(' ', '-'), /ndjson$/m.test(own.join('\n'))));
  }
  return found.map((mistake) => `fireaxe ${verb ?? own.join(' ')}: ${mistake}`);
}

function mistakesOnStdout(stdout: string, result: string, lines: boolean): string[] {
  if (!lines) return mistakesInOne(stdout, [result]);
  return stdout
    .trimEnd()
    .split('\n')
    .flatMap((line) => mistakesInOne(line, ['line', result]));
}

/** Help, a script of completion, and a schema are what they are, whatever --output says. */
function isText(words: string[]): boolean {
  const [verb, name = '-'] = words;
  const help = words.some((word) => word === '--help' || word === '-h') || verb === 'help';
  return help || verb === 'completion' || (verb === 'schema' && !name.startsWith('-'));
}

/** The mistakes by the first of the definitions, unless one of the others takes it. */
function mistakesInOne(text: string, [first, ...others]: [string, ...string[]]): string[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return [`not JSON: ${quoted(text)}`];
  }
  const mistakes = checkBy(first)(value);
  if (mistakes.length === 0 || others.some((name) => checkBy(name)(value).length === 0)) return [];
  return mistakes.map((why) => `${FILE}#/$defs/${first}: at ${why}: ${quoted(text)}`);
}
