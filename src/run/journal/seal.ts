import { createHash } from 'node:crypto';
import { sha256 } from '../../base/canonical.ts';

/** What a journal held when its writer last closed it. */
export interface Seal {
  records: number;
  bytes: number;
  sha256: string;
  /** The journal is complete; otherwise a writer continued it and may have been killed. */
  whole: boolean;
}

export function isSeal(value: unknown): value is Seal {
  const { records, bytes, sha256, whole } = (value ?? {}) as Record<string, unknown>;
  const counts = [records, bytes].every((n) => Number.isSafeInteger(n) && (n as number) >= 0);
  return counts && typeof sha256 === 'string' && typeof whole === 'boolean';
}

/** How a journal differs from its seal; undefined where it does not. */
export function brokenSeal(seal: Seal, journal: Buffer): string | undefined {
  const { records, bytes, whole } = seal;
  if (sha256(journal.subarray(0, bytes)) !== seal.sha256) {
    const left = journal.toString('latin1').split('\n').length - 1;
    if (left < records) return `it was cut off: it ended with ${records} records`;
    return `its first ${records} records differ from those that were sealed`;
  }
  return whole && journal.length > bytes ? `something was appended to its ${records} records` : undefined;
}

/** The seal of a journal that grows. */
export class GrowingSeal {
  readonly #hash = createHash('sha256');
  #bytes = 0;
  #records: number;

  constructor(journal: Buffer, records: number) {
    this.#hash.update(journal);
    this.#bytes = journal.length;
    this.#records = records;
  }

  add(text: string, records: number): void {
    this.#hash.update(text);
    this.#bytes += Buffer.byteLength(text);
    this.#records += records;
  }

  seal(): Seal {
    const { records, bytes } = { records: this.#records, bytes: this.#bytes };
    return { records, bytes, sha256: this.#hash.copy().digest('hex'), whole: true };
  }
}
