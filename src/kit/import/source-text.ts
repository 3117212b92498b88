import { type FireaxeError, usage } from '../../base/errors.ts';

/** A text and the places in it. */
export interface SourceText {
  file: string;
  text: string;
  /** `file:line:column` of an offset. */
  place(offset: number): string;
}

/** One line, without its end. */
export interface SourceLine {
  text: string;
  /** Of its first character. */
  offset: number;
}

/** A file that is larger is not read at all. */
export const MOST_BYTES = 400 << 20;

export const tooLarge = (file: string): FireaxeError =>
  refused('the file is too large', file, 'at most 400 MiB');

/** The text of an inventory, or of what else is expected. Bytes that are not UTF-8 are refused by their place. */
export function sourceText(bytes: Buffer, file: string, expected = 'an inventory'): SourceText {
  if (bytes.length > MOST_BYTES) throw tooLarge(file);
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw refused('the file is UTF-16', `${file}:1:1`, 'UTF-8 (in PowerShell: Out-File -Encoding utf8)');
  const text = bytes.toString('utf8').replace(/^\ufeff/, '');
  const source = placed(text, file);
  const bad = text.indexOf('\0');
  if (bad >= 0) throw refused('the file is binary: there is a NUL byte', source.place(bad), 'a text file');
  // A replacement character may also be in the text itself.
  const broken = text.indexOf('\ufffd');
  if (broken >= 0 && !bytes.equals(Buffer.from(bytes.toString('utf8'))))
    throw refused('the file is not UTF-8', source.place(broken), 'UTF-8');
  if (text.trim() === '') throw refused('the file is empty', file, expected);
  return source;
}

export function placed(text: string, file: string): SourceText {
  let starts: number[] | undefined;
  return {
    file,
    text,
    place(offset) {
      starts ??= linesOf(text).map((line) => line.offset);
      let [low, high] = [0, starts.length];
      while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (starts[middle]! <= offset) low = middle;
        else high = middle;
      }
      return `${file}:${low + 1}:${offset - starts[low]! + 1}`;
    },
  };
}

/** Lines that end as on Unix, Windows or old Macs. */
export function linesOf(text: string): SourceLine[] {
  const lines: SourceLine[] = [];
  let offset = 0;
  for (const match of text.matchAll(/\r\n|\n|\r/g)) {
    lines.push({ text: text.slice(offset, match.index), offset });
    offset = match.index + match[0].length;
  }
  lines.push({ text: text.slice(offset), offset });
  return lines;
}

const refused = (message: string, place: string, expected: string): FireaxeError =>
  usage(message, { place, expected });
