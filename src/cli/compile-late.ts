import { setFlagsFromString } from 'node:v8';

/** V8 optimizes a function after so many bytes of its code ran. */
const BUDGET = { usual: 67_584, late: 1_000_000 };
/** A run that has taken so much CPU (ms) is a long one: there optimized code pays. */
const LONG_MS = 2500;
const LOOK_MS = 250;

/**
 * Lets V8 optimize later: to compile costs a run over a few hundred nodes more than the faster code saves. Only V8 11
 * (Node 20) has this measure; the later ones compile less by themselves, and an unknown flag would be told on stderr.
 */
export function compileLate(
  version = process.versions.v8,
  setFlag: (flag: string) => void = setFlagsFromString,
  cpuMs: () => number = () => process.cpuUsage().user / 1000,
): void {
  if (!version.startsWith('11.')) return;
  setFlag(`--interrupt-budget=${BUDGET.late}`);
  const timer = setInterval(() => {
    if (cpuMs() < LONG_MS) return;
    clearInterval(timer);
    setFlag(`--interrupt-budget=${BUDGET.usual}`);
  }, LOOK_MS).unref();
}
