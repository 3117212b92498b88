import type { Outcome } from '../../transport/types.ts';

/** Nodes whose clocks differ by less share one SSM command; it does no harm that an order may begin this much later. */
const STEP_S = 60;

/**
 * How far the clocks of nodes are ahead of this machine's, learned from nodes that refused an order as too late.
 * An order carries the difference, so that an old copy of it is still recognized as old.
 */
export class NodeClocks {
  readonly #now: () => Date;
  readonly #ahead = new Map<string, number>();
  readonly #inTime = new Set<string>();
  readonly #told = new Set<string>();

  constructor(now: () => Date) {
    this.#now = now;
  }

  /** Whether the node refused because of its clock and told its time: the order may be sent again with the difference. */
  learn({ target, result }: Outcome): boolean {
    if (!result) return false;
    if (result.code !== 'too-late') {
      if (!this.#ahead.has(target)) this.#inTime.add(target);
      return false;
    }
    const shown = result.data?.now ?? '';
    if (!/^\d{1,12}$/.test(shown)) return false;
    this.#inTime.delete(target);
    this.#ahead.set(target, Number(shown) - this.#now().getTime() / 1000);
    return true;
  }

  /** Seconds that an order to this node carries. A node that has not answered yet gets what most others show. */
  shiftFor(target: string): number {
    const ahead = this.#ahead.get(target) ?? this.#behind()?.seconds ?? 0;
    return Math.ceil(ahead / STEP_S) * STEP_S;
  }

  /** Lines for the operator that were not returned before. */
  news(): string[] {
    const lines = this.#lines().filter((line) => !this.#told.has(line));
    for (const line of lines) this.#told.add(line);
    return lines;
  }

  #lines(): string[] {
    const behind = this.#behind();
    if (!behind) {
      const doubt = this.#asked() === 1 ? ', or this one is behind' : '';
      return [...this.#ahead].map(
        ([node, s]) => `the clock of ${node} is ${about(s)} ahead of this machine's${doubt}; ${CARRIED}`,
      );
    }
    const { seconds, agree } = behind;
    const others = [...this.#ahead].filter(([, s]) => Math.abs(s - seconds) > STEP_S);
    return [
      `this machine's clock is ${about(seconds)} behind: ${agree} of ${this.#asked()} nodes agree; ${CARRIED}`,
      "next: set this machine's clock; Fireaxe continues meanwhile",
      ...others.map(
        ([node, s]) => `the clock of ${node} differs from the others by ${about(Math.abs(s - seconds))}`,
      ),
    ];
  }

  #asked(): number {
    return this.#ahead.size + this.#inTime.size;
  }

  /** A single node may be wrong; where most nodes agree, this machine is. */
  #behind(): { seconds: number; agree: number } | undefined {
    const sorted = [...this.#ahead.values()].sort((a, b) => a - b);
    const seconds = sorted[Math.floor(sorted.length / 2)] ?? 0;
    const agree = sorted.filter((s) => Math.abs(s - seconds) <= STEP_S).length;
    return agree > 1 && agree > this.#asked() - agree ? { seconds, agree } : undefined;
  }
}

const CARRIED = 'orders carry the difference';

function about(seconds: number): string {
  if (seconds < 120) return `about ${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `about ${minutes} min` : `about ${Math.round(minutes / 60)} h`;
}
