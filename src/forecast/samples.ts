import { usage } from '../base/errors.ts';

export interface Sample {
  name: string;
  labels: Record<string, string>;
  value: number;
}

const LINE = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)(?:\s+-?\d+)?\s*$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"\s*(?:,|$)\s*/y;

/**
 * The samples of the named metrics in a dump of `/metrics`.
 * Source: https://github.com/prometheus/docs/blob/main/docs/instrumenting/exposition_formats.md (text format).
 * Throws a usage error at the first line with another format.
 */
export function samplesOf(text: string, names: ReadonlySet<string>, file: string): Sample[] {
  const found: Sample[] = [];
  let at = 0;
  for (const raw of text.split('\n')) {
    at++;
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const match = LINE.exec(line);
    const value = match ? numberOf(match[3]!) : undefined;
    const labels = match && labelsOf(match[2] ?? '');
    if (!match || value === undefined || !labels)
      throw usage('not a line of Prometheus metrics', {
        place: `${file}:${at}:1`,
        expected: 'the output of: kubectl get --raw /metrics',
      });
    if (names.has(match[1]!)) found.push({ name: match[1]!, labels, value });
  }
  return found;
}

function numberOf(word: string): number | undefined {
  if (/^[+-]?Inf$/i.test(word)) return word.startsWith('-') ? -Infinity : Infinity;
  if (/^NaN$/i.test(word)) return Number.NaN;
  const value = Number(word);
  return Number.isNaN(value) ? undefined : value;
}

function labelsOf(text: string): Record<string, string> | undefined {
  const labels: Record<string, string> = {};
  LABEL.lastIndex = 0;
  while (LABEL.lastIndex < text.length) {
    const match = LABEL.exec(text);
    if (!match) return undefined;
    labels[match[1]!] = match[2]!.replace(/\\(.)/g, (_, c: string) => (c === 'n' ? '\n' : c));
  }
  return labels;
}
