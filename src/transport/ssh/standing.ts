import type { Target } from '../../kit/types.ts';
import { Unreached } from '../unreached.ts';
import type { Link } from './dial.ts';

/** Connections that stay open between readings, one a target. */
export interface Standing {
  /** The one that is open, or a new one. Rejects with the last reason while it is too early to ask again. */
  take(target: Target, connect: () => Promise<Link>): Promise<Link>;
  /** Gives the connection up. */
  drop(target: Target): void;
  close(): void;
}

/**
 * Time between the beginnings of two connections to one target. A host that accepts six in half a minute, and counts what
 * it rejects (ufw limit, fail2ban, sshd's penalties), must have room left for the operator.
 */
const PACE_MS = [5_000, 10_000, 15_000];
/** A connection that lasted this long was good: the next one may follow at once. */
const GOOD_MS = 30_000;

interface Entry {
  link?: Link;
  /** Connections since the last good one. */
  tries: number;
  triedAt: number;
  openedAt: number;
  why?: Unreached;
}

export function createStanding(now: () => number = () => performance.now()): Standing {
  const entries = new Map<string, Entry>();

  function lose(entry: Entry, link: Link): void {
    if (entry.link !== link) return;
    delete entry.link;
    if (now() - entry.openedAt >= GOOD_MS) entry.tries = 0;
  }

  return {
    async take(target, connect) {
      const entry = entries.get(target.name) ?? { tries: 0, triedAt: 0, openedAt: 0 };
      entries.set(target.name, entry);
      if (entry.link) return entry.link;
      const wait = entry.tries === 0 ? 0 : entry.triedAt + paceOf(entry.tries) - now();
      if (wait > 0) throw tooEarly(entry.why ?? LOST, wait);
      entry.tries++;
      entry.triedAt = now();
      delete entry.why;
      try {
        const link = await connect();
        entry.link = link;
        entry.openedAt = now();
        link.client.once('close', () => lose(entry, link));
        return link;
      } catch (error) {
        if (error instanceof Unreached) entry.why = error;
        throw error;
      }
    },
    drop(target) {
      const entry = entries.get(target.name);
      const link = entry?.link;
      if (!link) return;
      lose(entry, link);
      link.end();
    },
    close() {
      for (const { link } of entries.values()) link?.end();
      entries.clear();
    },
  };
}

const LOST = new Unreached({ code: 'connection-lost', message: 'the connection was lost' });

function paceOf(tries: number): number {
  return PACE_MS[Math.min(tries, PACE_MS.length) - 1]!;
}

function tooEarly({ reason }: Unreached, waitMs: number): Unreached {
  return new Unreached({
    ...reason,
    message: `${reason.message}; next attempt in ${Math.ceil(waitMs / 1000)}s`,
  });
}
