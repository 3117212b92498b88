import { targetsOf } from '../../../kit/targets.ts';
import type { ClusterKit } from '../../../kit/types.ts';
import { Readings } from '../../../run/gate/readings.ts';
import type { RunEnv } from '../../../run/types.ts';
import { type Beat, beatOf, harm, unmeasuredOf } from './beats.ts';

const EVERY_MS = 2_000;

/** Reads the control plane all the while, out of band. */
export interface Watch {
  beats: Beat[];
  /** Aborted once users' errors passed the limit; its reason says so. */
  breach: AbortSignal;
  end(): Promise<void>;
}

/** Reads once, and then on; `maxErrors` is the share of failures, in percent, that ends the drill. */
export async function startWatch(
  env: RunEnv,
  cluster: ClusterKit,
  maxErrors: number,
  tell: (line: string) => void,
): Promise<Watch> {
  const readings = new Readings(env, { cluster, nodes: cluster.fleet.nodes }, targetsOf(cluster));
  const breach = new AbortController();
  const over = new AbortController();
  const begun = performance.now();
  const beats: Beat[] = [];
  const read = async () => {
    const reading = await readings.read(false);
    const beat = beatOf(reading, performance.now() - begun);
    beats.push(beat);
    return { ...beat, unmeasured: reading.unmeasured };
  };
  const { answering, unmeasured } = await read();
  if (unmeasured !== undefined)
    tell(
      `warning: failed requests are not measured (${unmeasured}): only API servers that stop answering end it`,
    );
  const reading = (async () => {
    let last = '';
    for (;;) {
      await env.sleep(EVERY_MS, over.signal);
      if (over.signal.aborted) return;
      const beat = await read();
      const unread = unmeasuredOf(beats).at(-1);
      const failed = unread ? ', failed requests not measured' : '';
      const line = `${unread ? 'warning: ' : ''}${beat.answering} of ${beat.of} API servers ready${beat.errors === undefined ? failed : `, ${beat.errors}% of requests failed`}`;
      if (line !== last) tell(line);
      last = line;
      const share = harm(beat, answering);
      if (share > maxErrors && !breach.signal.aborted)
        breach.abort(`${Math.round(share)}% of what users ask fails (at most ${maxErrors}%)`);
    }
  })();
  return {
    beats,
    breach: breach.signal,
    async end() {
      over.abort();
      // A failed reading must not leave a flood running.
      await reading.catch(() => undefined);
      await readings.close();
    },
  };
}
