/** Work beside the steps of a run: targets that are retried until a gate is over. */
export class Background {
  readonly #over = new Map<string, AbortController>();
  readonly #tasks = new Map<string, { done: Promise<void>; enough: AbortController }>();

  /** Aborted when the gate of this name is over, open or not. */
  until(gate: string): AbortSignal {
    return this.#gate(gate).signal;
  }

  over(gate: string): void {
    this.#gate(gate).abort();
  }

  /** Starts work for a step that has ended. It goes on until `enough`: until the step is undone or the run ends. */
  start(step: string, work: (enough: AbortSignal) => Promise<void>): void {
    const enough = new AbortController();
    const done = work(enough.signal);
    // `settled` and `end` report the error.
    done.catch(() => {});
    this.#tasks.set(step, { done, enough });
  }

  /** Ends the work for a step that is about to be undone, whose gate may come later. */
  async settled(step: string): Promise<void> {
    const task = this.#tasks.get(step);
    task?.enough.abort();
    await task?.done;
  }

  /** Ends all work: the run waits for no more gates. */
  async end(): Promise<void> {
    const tasks = [...this.#tasks.values()];
    for (const { enough } of tasks) enough.abort();
    await Promise.all(tasks.map(({ done }) => done));
  }

  #gate(name: string): AbortController {
    const known = this.#over.get(name) ?? new AbortController();
    this.#over.set(name, known);
    return known;
  }
}
