import { type FileHandle, open, truncate } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { FireaxeError } from '../base/errors.ts';
import { readChain, sealRecord } from './chain.ts';
import { stateError } from './state-error.ts';
import type { JournalBody, JournalRecord } from './types.ts';
import { lockWriter } from './writer-lock.ts';

/** An append-only file of records, each naming the hash of the one before it. */
export interface Journal {
  /** Resolves when the record is on the disk. After one failed write every append throws: the pages may be lost. */
  append(body: JournalBody): Promise<void>;
  close(): Promise<void>;
}

/** Opens a run's journal for its one writer and gives what it holds; a torn tail is cut off first. */
export async function openJournal(
  path: string,
  now: () => Date,
): Promise<{ journal: Journal; records: JournalRecord[] }> {
  let unlock = () => {};
  try {
    unlock = lockWriter(`${path}.lock`);
    const file = await open(path, 'a+', 0o600);
    const reading = readChain(await file.readFile(), path);
    if (reading.tornBytes > 0) {
      await truncate(path, reading.goodBytes);
      await file.datasync();
    }
    return {
      journal: new GroupCommit(file, path, reading.head, reading.records.length, now, unlock),
      records: reading.records,
    };
  } catch (error) {
    unlock();
    throw stateError(error, path);
  }
}

/** Records that arrive while one fsync runs share the next one. */
class GroupCommit implements Journal {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #now: () => Date;
  readonly #unlock: () => void;
  #head: string;
  #seq: number;
  /** Records on the disk. */
  #kept: number;
  /** How this run is gone on with. */
  #verb: 'resume' | 'undo' = 'resume';
  #waiting: { line: string; done: () => void; failed: (error: unknown) => void }[] = [];
  #flushing: Promise<void> | undefined;
  #broken: FireaxeError | undefined;

  constructor(
    file: FileHandle,
    path: string,
    head: string,
    seq: number,
    now: () => Date,
    unlock: () => void,
  ) {
    this.#file = file;
    this.#path = path;
    this.#head = head;
    this.#seq = seq;
    this.#kept = seq;
    this.#now = now;
    this.#unlock = unlock;
  }

  append(body: JournalBody): Promise<void> {
    if (this.#broken) return Promise.reject(this.#broken);
    if (body.kind === 'operator' && body.what === 'undo') this.#verb = 'undo';
    const { line, hash } = sealRecord(body, this.#seq++, this.#now(), this.#head);
    this.#head = hash;
    return new Promise((done, failed) => {
      this.#waiting.push({ line, done, failed });
      this.#flushing ??= this.#flush();
    });
  }

  async #flush(): Promise<void> {
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const group = this.#waiting;
      this.#waiting = [];
      try {
        await this.#file.appendFile(group.map((g) => `${g.line}\n`).join(''));
        await this.#file.datasync();
        this.#kept += group.length;
        for (const g of group) g.done();
      } catch (cause) {
        this.#broken = this.#unwritten(cause);
        for (const g of [...group, ...this.#waiting]) g.failed(this.#broken);
        this.#waiting = [];
      }
    }
    this.#flushing = undefined;
  }

  /** Without a record on the disk there is no run to go on with, and `last` would be another. */
  #unwritten(cause: unknown): FireaxeError {
    const run = basename(dirname(this.#path));
    const none = this.#kept === 0;
    return new FireaxeError(
      'internal',
      `the journal could not be written; nothing ${none ? 'was' : 'more is'} launched`,
      {
        cause,
        place: this.#path,
        next: `free the disk, then${none ? ' try again' : `: fireaxe ${this.#verb} ${run}`}`,
      },
    );
  }

  async close(): Promise<void> {
    await this.#flushing;
    await this.#file.close();
    this.#unlock();
  }
}
