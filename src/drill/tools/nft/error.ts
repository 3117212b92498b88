/** The place of a word in nft's input. */
export interface Place {
  line: number;
  column: number;
  length: number;
}

/** An error in nft's own words. */
export class NftError extends Error {
  override name = 'NftError';
  readonly place: Place | undefined;

  constructor(message: string, place?: Place) {
    super(message);
    this.place = place;
  }
}

/** The message in nft's own form: the line, and a mark under the word. `file` is absent for a command line. */
export function formatError(error: NftError, text: string, file?: string): string {
  const { place } = error;
  if (!place) return `Error: ${error.message}\n`;
  const line = text.split('\n')[place.line - 1] ?? '';
  const mark = `${' '.repeat(place.column - 1)}${'^'.repeat(Math.max(1, place.length))}`;
  const end = place.column + Math.max(1, place.length) - 1;
  const where = file === undefined ? '' : `${file}:${place.line}:${place.column}-${end}: `;
  return `${where}Error: ${error.message}\n${line}\n${mark}\n`;
}
