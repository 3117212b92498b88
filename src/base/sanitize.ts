// C0 but tab and newline, DEL, C1, bidirectional controls, line and paragraph separators, BOM.
const HOSTILE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Makes text from outside (nodes, clouds, files) safe for a terminal: hostile characters become \xNN or \uNNNN. */
export function sanitize(text: string): string {
  return text.replace(/\r\n/g, '\n').replace(HOSTILE, (c) => {
    const code = c.charCodeAt(0);
    return code < 256
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** Text from outside within one line of Fireaxe: it must not look like a line of its own. */
export function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ').trim();
}
