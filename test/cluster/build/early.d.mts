/** The build, or why it cannot start. */
export function buildEarly():
  | { ended: Promise<{ code: number | null; output: string }>; stop(): void }
  | { why: string };
