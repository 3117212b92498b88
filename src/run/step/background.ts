/** What goes on beside the steps of a run: targets that are tried again until a gate is over. */
export class Background {
  readonly #over = new Map<string, AbortController>();
  readonly #tasks = new Map<string, { done: Promise<void>; enough: AbortController }>();

  /** Aborted when the gate of this name is over, in whichever way. */
  until(gate: string): AbortSignal {
    return this.#gate(gate).signal;
  }

  over(gate: string): void {
    this.#gate(gate).abort();
  }

  /** Work for a step that has ended, until `enough`; nobody waits for it before the step is undone, or the run ends. */
  start(step: string, work: (enough: AbortSignal) => Promise<void>): void {
    const enough = new AbortController();
    const done = work(enough.signal);
    // Told by `settled` and `end`.
    done.catch(() => {});
    this.#tasks.set(step, { done, enough });
  }

  /** Ends the work for a step that is to be undone: its gate may come after that. */
  async settled(step: string): Promise<void> {
    const task = this.#tasks.get(step);
    task?.enough.abort();
    await task?.done;
  }

  /** Ends all of it: no gate is waited for any more. */
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
