import { usage } from '../base/errors.ts';
import type { Flags } from './context.ts';

/** What other tools take after `-o`: here it would name a file, and nothing would run. */
const FORMATS =
  /^(text|json|ndjson|yaml|yml|wide|name|table|csv)$|^(json-?path|go-template|custom-columns)(-file)?(=|$)/i;
const OURS = ['text', 'json', 'ndjson'];

/** Refuses `-o json` and the like: the file of a saved plan is never called so by intent. */
export function refuseFormatAsFile(flags: Flags): void {
  const file = flags.out;
  if (typeof file !== 'string' || !FORMATS.test(file)) return;
  throw usage(`-o names the file of a saved plan, not a format: ${JSON.stringify(file)}`, {
    place: '--out',
    expected: `a file, such as incident.plan (or ./${file})`,
    next: `did you mean ${meantFormat(file)}?`,
  });
}

/** `-o` on a verb that saves no plan: what was meant by it. */
export function formatHint(argv: string[]): string | undefined {
  const own = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined);
  const at = own.findIndex((word) => /^(-o|--out(=|$))/.test(word));
  if (at < 0) return undefined;
  const attached = own[at]!.replace(/^(-o=?|--out=?)/, '');
  return meantFormat(attached || (own[at + 1] ?? ''));
}

function meantFormat(word: string): string {
  return `--output ${OURS.includes(word.toLowerCase()) ? word.toLowerCase() : 'json'}`;
}
