import { TIME_SCALE } from '../time-scale.ts';
import type { Tool } from '../types.ts';

/** What happened to a pull, in milliseconds of the lab. */
export interface PullEvent {
  at: number;
  image: string;
  what: 'begun' | 'done' | 'throttled';
}

/**
 * Simulated journalctl of a worker: what containerd and the kubelet log of image pulls, the newest lines first, each as old as it
 * is by the clocks of the lab.
 */
export function simulatedJournalctl(log: {
  events(): readonly PullEvent[];
  now(): number;
  /** Milliseconds since 1970. */
  wallClock(): number;
}): Tool {
  return (argv) => {
    const since = Number(/\d+/.exec(argv[argv.indexOf('--since') + 1] ?? '')?.[0] ?? Infinity);
    const now = log.now();
    const wall = log.wallClock() / 1000;
    const lines = log.events().flatMap((event) => {
      const age = ((now - event.at) * TIME_SCALE) / 1000;
      return age > since ? [] : linesOf(event).map((line) => `${(wall - age).toFixed(6)} worker ${line}\n`);
    });
    return { code: 0, stdout: lines.join(''), stderr: '' };
  };
}

function linesOf({ image, what }: PullEvent): string[] {
  const begun = `containerd[7]: level=info msg="PullImage \\"${image}\\""`;
  if (what === 'begun') return [begun];
  if (what === 'done')
    return [
      `containerd[7]: level=info msg="PullImage \\"${image}\\" returns image reference \\"sha256:1\\""`,
    ];
  const why = 'unexpected status from GET request: 429 Too Many Requests';
  return [
    `kubelet[8]: "PullImage from image service failed" err="${why}" image="${image}"`,
    `containerd[7]: level=error msg="PullImage \\"${image}\\" failed" error="${why}"`,
  ];
}
