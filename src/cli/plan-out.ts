import { usage } from '../base/errors.ts';
import type { Flags } from './context.ts';

/** Formats that other tools take after `-o`; here they would name a file, and nothing would run. */
const FORMATS =
  /^(text|json|ndjson|yaml|yml|wide|name|table|csv)$|^(json-?path|go-template|custom-columns)(-file)?(=|$)/i;
const OUTPUTS = ['text', 'json', 'ndjson'];

/** Refuses `-o json` and the like: no plan is given such a file name on purpose. */
export function refuseFormatAsFile(flags: Flags): void {
  const file = flags.out;
  if (typeof file !== 'string' || !FORMATS.test(file)) return;
  throw usage(`-o is the file to save the plan to, not a format: ${JSON.stringify(file)}`, {
    place: '--out',
    expected: `a file, such as incident.plan (or ./${file})`,
    next: `did you mean ${meantFormat(file)}?`,
  });
}

/** The flag to suggest for `-o` on a verb that does not save a plan. */
export function formatHint(argv: string[]): string | undefined {
  const own = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined);
  const at = own.findIndex((word) => /^(-o|--out(=|$))/.test(word));
  if (at < 0) return undefined;
  const attached = own[at]!.replace(/^(-o=?|--out=?)/, '');
  return meantFormat(attached || (own[at + 1] ?? ''));
}

function meantFormat(word: string): string {
  return `--output ${OUTPUTS.includes(word.toLowerCase()) ? word.toLowerCase() : 'json'}`;
}
