/** What goes on beside the steps of a run: targets that are tried again until a gate is over. */
export class Background {
  readonly #over = new Map<string, AbortController>();
  readonly #tasks = new Map<string, Promise<void>>();

  /** Aborted when the gate of this name is over, in whichever way. */
  until(gate: string): AbortSignal {
    return this.#gate(gate).signal;
  }

  over(gate: string): void {
    this.#gate(gate).abort();
  }

  /** Work for a step that has ended; nobody waits for it before the step is undone, or the run ends. */
  start(step: string, work: () => Promise<void>): void {
    this.#tasks.set(step, work());
    // Told by `settled`.
    this.#tasks.get(step)!.catch(() => {});
  }

  async settled(step: string): Promise<void> {
    await this.#tasks.get(step);
  }

  async end(): Promise<void> {
    await Promise.all(this.#tasks.values());
  }

  #gate(name: string): AbortController {
    const known = this.#over.get(name) ?? new AbortController();
    this.#over.set(name, known);
    return known;
  }
}
