export interface Clock {
  now(): number;
  /** Resolves early, and does not reject, when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  random(): number;
}
