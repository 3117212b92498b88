/**
 * Nodes that come back and fetch their images from a registry with a limit, in simulated time: no network, no kubelet. Seconds
 * throughout. Its figures have a source or the word `assumed` in docs/simulation.md.
 */
export interface Return {
  nodes: number;
  /** Images that each node fetches. */
  images: number;
  /** Seconds that one pull takes once the registry serves it. */
  pullSeconds: number;
  /** Pulls a second that the registry serves; what comes above that and the burst is answered 429. */
  registry: Limit;
  /** The kubelet's ceilings: pulls at a time, and pulls a second, above which it refuses by itself. */
  kubelet: { pulls: number; limit: Limit };
  /** Nodes that come back together; the next ones when this share of all pulls of the nodes that are back is done. */
  batch: number;
  gate: number;
  /** In [0, 1). */
  random(): number;
}

export interface Limit {
  perSecond: number;
  burst: number;
}

/** When the half and the last of all images were there, and how many pulls were answered 429. */
export interface Returned {
  half: number;
  all: number;
  throttled: number;
}

/** The kubelet's back-off of an image, and how often it looks at a pod again, with up to half as much at random. */
const BACKOFF = { first: 10, most: 300 };
const SYNC = 10;
const TICK = 0.1;

class Bucket {
  #tokens: number;
  #at = 0;
  readonly #limit: Limit;
  constructor(limit: Limit) {
    this.#limit = limit;
    this.#tokens = limit.burst;
  }

  take(now: number): boolean {
    const { perSecond, burst } = this.#limit;
    this.#tokens = Math.min(burst, this.#tokens + (now - this.#at) * perSecond);
    this.#at = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }
}

export function simulateReturn(world: Return): Returned {
  const due = new Map<number, (() => void)[]>();
  const at = (when: number, work: () => void) => {
    const tick = Math.ceil(when / TICK);
    const works = due.get(tick);
    if (works) works.push(work);
    else due.set(tick, [work]);
  };
  const registry = new Bucket(world.registry);
  const total = world.nodes * world.images;
  let [now, done, back, throttled, half] = [0, 0, 0, 0, 0];

  /** One node: its pulls wait in line for its few places; one that fails waits for its back-off, then for a look at its pod. */
  const node = () => {
    const own = new Bucket(world.kubelet.limit);
    const line: (() => void)[] = [];
    let running = 0;
    const next = () => {
      while (running < world.kubelet.pulls && line.length > 0) line.shift()!();
    };
    const queue = (wait: number) => line.push(() => pull(wait));
    const pull = (wait: number) => {
      const mine = own.take(now);
      const served = mine && registry.take(now);
      if (!served) {
        if (mine) throttled++;
        const looked = now + wait + world.random() * SYNC * 1.5;
        at(looked, () => {
          queue(Math.min(wait * 2, BACKOFF.most));
          next();
        });
        return;
      }
      running++;
      at(now + world.pullSeconds, () => {
        running--;
        done++;
        next();
      });
    };
    for (let i = 0; i < world.images; i++) queue(BACKOFF.first);
    next();
  };

  for (let tick = 0; done < total; tick++) {
    now = tick * TICK;
    for (const work of due.get(tick) ?? []) work();
    due.delete(tick);
    if (half === 0 && done * 2 >= total) half = now;
    if (back < world.nodes && done >= back * world.images * world.gate) {
      const some = Math.min(world.batch, world.nodes - back);
      back += some;
      for (let i = 0; i < some; i++) at(now + TICK + world.random(), node);
    }
  }
  return { half, all: now, throttled };
}
