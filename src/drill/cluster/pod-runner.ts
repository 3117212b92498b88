import { Backoff, CRASH_LOOP } from '../backoff.ts';
import type { LabProcess } from '../types.ts';

/** One life of a pod's container. */
export interface Container {
  process: LabProcess;
  /** What a liveness probe finds. */
  live(): boolean;
}

/** How a kubelet runs one pod: starts its container, probes it, starts it again after its end. */
export class PodRunner<C extends Container> {
  readonly #start: (restart: number) => C;
  readonly #backoff = new Backoff(CRASH_LOOP);
  #container: C | undefined;
  #startedAt = 0;
  #startAt = 0;
  #restarts = 0;

  constructor(start: (restart: number) => C) {
    this.#start = start;
  }

  container(): C | undefined {
    return this.#container;
  }

  restarts(): number {
    return this.#restarts;
  }

  /** One turn of the kubelet's sync loop. */
  sync(now: number): void {
    const container = this.#container;
    if (container && !container.process.alive()) {
      this.#container = undefined;
      this.#startAt = now + this.#backoff.after(now - this.#startedAt);
      this.#restarts++;
    }
    if (!this.#container && now >= this.#startAt) {
      this.#container = this.#start(this.#restarts);
      this.#startedAt = now;
    } else if (this.#container && !this.#container.live()) {
      this.#container.process.kill('SIGKILL');
    }
  }

  /** The pod is deleted, or its machine is off. */
  end(): void {
    this.#container?.process.kill('SIGKILL');
    this.#container = undefined;
  }
}
