import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type FireaxeError, usage } from '../base/errors.ts';
import { quote } from '../base/quote.ts';
import { systemWords } from '../base/system-error.ts';
import { writeNew, writeWhole } from '../base/whole-file.ts';

/** Writes a report for its owner alone, as a whole or not at all; an existing file stays unless it is `forced`. */
export async function writeReport(path: string, text: string, forced: boolean): Promise<void> {
  const there = await stat(path).catch(() => undefined);
  // A rename would replace a device or a directory, too.
  if (there && !there.isFile()) throw notWritten(path, 'not a regular file');
  try {
    await (forced ? writeWhole : writeNew)(path, text);
  } catch (cause) {
    throw notWritten(path, systemWords(cause), cause);
  }
}

function notWritten(path: string, why: string, cause?: unknown): FireaxeError {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  const next = { EEXIST: 'add --force to replace it', ENOENT: `mkdir -p ${quote(dirname(path))}` }[
    code ?? ''
  ];
  return usage(`cannot write the report: ${code === 'EEXIST' ? 'the file exists' : why}`, {
    place: path,
    cause,
    expected: 'a new file in a writable directory',
    next: next ?? 'choose another file: -o FILE',
  });
}
