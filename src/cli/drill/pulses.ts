import type { Pulse } from '../../drill/scenarios/types.ts';
import type { Headline } from '../view/view.ts';

/** One look at the lab. */
export interface Beat {
  /** Milliseconds since the first one. */
  at: number;
  ready: number;
  of: number;
  /** Percent of the answers since the look before; undefined where nothing was answered. */
  errors?: number;
  /** User requests lost so far. */
  lost?: number;
  /** User requests saved so far; absent before the first one. */
  saved?: number;
}

const BLOCKS = '▁▂▃▄▅▆▇█';
const MOST_BLOCKS = 60;
/** Answers are counted over at least so long: a single one says nothing. */
const SPAN_MS = 1_000;

/** What a drill sees of its lab, look after look, and the headline made of it. */
export class Pulses implements Headline {
  readonly beats: Beat[] = [];
  #began: number | undefined;
  #counted: { at: number; pulse: Pulse } | undefined;

  push(pulse: Pulse, now: number): void {
    this.#began ??= now;
    this.#counted ??= { at: now, pulse };
    const last = this.beats.at(-1);
    let errors = last?.errors;
    if (now - this.#counted.at >= SPAN_MS) {
      const bad = pulse.bad - this.#counted.pulse.bad;
      const all = bad + pulse.good - this.#counted.pulse.good;
      errors = all > 0 ? Math.round((100 * bad) / all) : undefined;
      this.#counted = { at: now, pulse };
    }
    this.beats.push({
      at: now - this.#began,
      ready: pulse.ready,
      of: pulse.of,
      ...(errors !== undefined && { errors }),
      ...(pulse.lost !== undefined && { lost: pulse.lost }),
      ...(pulse.saved !== undefined && { saved: pulse.saved }),
    });
  }

  /** `API ▁▁▂▅█ 2/3 · errors 67% → 0% · users lost 638`: what does not fit is left out, the picture first. */
  fit(columns: number): string {
    const last = this.beats.at(-1);
    if (!last) return 'starting the lab'.slice(0, Math.max(0, columns - 1));
    const now = `${last.ready}/${last.of}`;
    const tail = [errorText(this.beats), lostText(last)].filter((text) => text !== undefined);
    for (let count = tail.length; count >= 0; count--) {
      const rest = tail
        .slice(0, count)
        .map((text) => ` · ${text}`)
        .join('');
      const room = columns - 1 - `API  ${now}${rest}`.length;
      const picture = spark(
        this.beats.map(({ ready, of }) => (of > 0 ? ready / of : 0)),
        Math.min(room, MOST_BLOCKS),
      );
      if (room >= LEAST_BLOCKS || (count === 0 && room >= 0)) return `API ${picture} ${now}${rest}`;
      if (room >= -1) return `API ${now}${rest}`;
    }
    return `API ${now}`.slice(0, Math.max(0, columns - 1));
  }

  words(): string {
    const last = this.beats.at(-1);
    if (!last) return 'starting the lab';
    const errors = last.errors === undefined ? 'no answers' : `${last.errors}% errors`;
    const lost = last.lost === undefined ? '' : `, ${last.lost} user requests lost`;
    return `${last.ready} of ${last.of} API servers ready, ${errors}${lost}`;
  }
}

const LEAST_BLOCKS = 5;

function errorText(beats: Beat[]): string | undefined {
  const known = beats.flatMap(({ errors }) => errors ?? []);
  if (known.length === 0) return undefined;
  const [most, now] = [known.reduce((a, b) => Math.max(a, b)), known.at(-1)!];
  return most === now ? `errors ${now}%` : `errors ${most}% → ${now}%`;
}

const lostText = ({ lost }: Beat): string | undefined =>
  lost === undefined ? undefined : `users lost ${lost}`;

/** Values from 0 to 1 as a row of blocks, at most so many: each stands for the last value of its share of the time. */
export function spark(values: readonly number[], width: number): string {
  const count = Math.min(width, values.length);
  let text = '';
  for (let i = 1; i <= count; i++) {
    const value = values[Math.ceil((i * values.length) / count) - 1]!;
    text += BLOCKS[Math.round(Math.min(1, Math.max(0, value)) * (BLOCKS.length - 1))];
  }
  return text;
}
