import { sanitize } from '../../base/sanitize.ts';

/** Text that is HTML or SVG already. Only `markup` makes it. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Markup | Value[] | undefined | false;

/**
 * The one way to HTML: whatever is put into the template is escaped, so that no name and no output of a node becomes markup.
 * Attributes must stand in double quotes.
 */
export function markup(strings: TemplateStringsArray, ...values: Value[]): Markup {
  return new Markup(strings.map((text, i) => text + (i < values.length ? textOf(values[i]) : '')).join(''));
}

function textOf(value: Value): string {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(textOf).join('');
  if (value === undefined || value === false) return '';
  return escaped(String(value));
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return sanitize(text).replace(/[&<>"']/g, (c) => ENTITIES[c]!);
}
