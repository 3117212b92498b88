import { readFile } from 'node:fs/promises';
import { usage } from '../base/errors.ts';
import type { CliIo } from './types.ts';

/** The text of a file that a flag names, or of stdin where it is `-`. */
export async function textOf(file: string, what: string, { stdin }: Pick<CliIo, 'stdin'>): Promise<string> {
  const bytes =
    file === '-'
      ? await readAll(stdin)
      : await readFile(file).catch((cause) => {
          throw usage(`cannot read the ${what}: ${(cause as Error).message}`, { place: file, cause });
        });
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw usage(`the ${what} is not UTF-8 and would reach the nodes changed`, { place: file, cause });
  }
}

async function readAll(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
