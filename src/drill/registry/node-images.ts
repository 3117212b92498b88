import { CLOCKS } from '../time-scale.ts';
import type { PullEvent } from './pull-log.ts';
import type { SimulatedRegistry } from './registry.ts';

/** A pull asks for a manifest, a configuration and three layers, one after the other. */
export const REQUESTS = 5;

interface Pull {
  /** Requests that were served; undefined while it waits in its back-off. */
  served: number | undefined;
  /** When it asks next, or is begun again. */
  at: number;
  /** The wait after its next failure. */
  wait: number;
}

export interface NodeImagesOptions {
  registry: Pick<SimulatedRegistry, 'serves'>;
  /** In [0, 1). */
  random(): number;
}

/**
 * The images of one simulated node: its kubelet pulls what is missing, all images side by side. A pull whose request is
 * answered 429 loses what it had fetched, and begins anew after the kubelet's back-off of an image. Times in milliseconds of
 * the lab.
 */
export class NodeImages {
  readonly #options: NodeImagesOptions;
  readonly #here = new Set<string>();
  readonly #pulls = new Map<string, Pull>();
  readonly #events: PullEvent[] = [];

  constructor(options: NodeImagesOptions) {
    this.#options = options;
  }

  has(image: string): boolean {
    return this.#here.has(image);
  }

  /** Its kubelet wants this image. */
  want(image: string, now: number): void {
    if (this.has(image) || this.#pulls.has(image)) return;
    this.#pulls.set(image, { served: undefined, at: now, wait: CLOCKS.pullBackoffFirst });
  }

  /** Pulls that wait for the registry now, without those in their back-off. */
  underWay(): number {
    return [...this.#pulls.values()].filter(({ served }) => served !== undefined).length;
  }

  /** The last ones first. */
  events(): readonly PullEvent[] {
    return this.#events.toReversed();
  }

  /** The machine is off. */
  forgetPulls(): void {
    this.#pulls.clear();
  }

  /** Takes each pull on by what is due. */
  sync(now: number): void {
    for (const [image, pull] of this.#pulls) if (now >= pull.at) this.#step(image, pull, now);
  }

  #step(image: string, pull: Pull, now: number): void {
    if (pull.served === undefined) {
      pull.served = 0;
      this.#events.push({ at: now, image, what: 'begun' });
    }
    if (pull.served === REQUESTS) {
      this.#pulls.delete(image);
      this.#here.add(image);
      this.#events.push({ at: now, image, what: 'done' });
    } else if (this.#options.registry.serves(now)) {
      pull.served++;
      pull.at = now + CLOCKS.pullRequest;
    } else {
      pull.served = undefined;
      pull.at = now + pull.wait + this.#options.random() * CLOCKS.pullLook;
      pull.wait = Math.min(2 * pull.wait, CLOCKS.pullBackoffMost);
      this.#events.push({ at: now, image, what: 'throttled' });
    }
  }
}
