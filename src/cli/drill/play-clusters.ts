import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatClock } from '../../base/time.ts';
import { joinKits } from '../../drill/kit/join-kits.ts';
import { clusterOf, openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { createSink } from '../output.ts';
import { playbookPlans } from '../playbook-plan.ts';
import { makeRollout } from '../rollout/make.ts';
import { rolloutRequest } from '../rollout/options.ts';
import { runRolloutAndShow } from '../rollout/run-and-show.ts';
import type { CliIo } from '../types.ts';
import { type ClusterLab, kitsOf, startLabs, untilAllBroken } from './cluster-labs.ts';
import { clusterScores, wholeScore } from './cluster-scores.ts';
import { waitFor } from './narrate.ts';
import type { DrillFlags } from './options.ts';
import { SETTLE_MS } from './recover.ts';
import type { ClusterScore } from './results.ts';

/** `fireaxe drill --clusters N`: breaks several labs, one of them badly, and recovers them by a rollout with a canary. */
export async function playClusters(count: number, flags: DrillFlags, io: CliIo): Promise<number> {
  const sink = createSink(io, flags);
  const wanted = flags.playbook;
  if (wanted !== undefined)
    await (await import('../../playbook/load.ts')).loadPlaybook(wanted, { playbooks: {} });
  const dir = await mkdtemp(join(tmpdir(), 'fireaxe-drill-'));
  const labs: ClusterLab[] = [];
  try {
    await startLabs(dir, count, flags, labs);
    const broken = await untilAllBroken(labs, io.stop, (line) =>
      sink.note(`${formatClock(io.now())} ${line}`),
    );
    const { scenario } = broken[0]!.report.score;
    const kit = join(dir, 'kit');
    const clusters = kitsOf(labs, broken);
    await joinKits(kit, clusters);
    const context = await openContext({ ...flags, kit }, io);
    const reason = `drill of ${scenario}`;
    const { planFor } = await playbookPlans(wanted ?? broken[0]!.playbook, context, () => reason);
    const { rollout, plans } = await makeRollout(
      clusters,
      { ...rolloutRequest({ soak: '5s', maxFailedClusters: '1' }), order: 'largest' },
      { open: (name) => clusterOf(context, name), planFor, now: io.now() },
    );
    const { executeRollout } = await import('../../rollout/execute.ts');
    // Its own result is said; the JSON of a drill is the score.
    const quiet = { ...context, sink: { ...context.sink, json: () => {} } };
    await runRolloutAndShow(quiet, rollout, (env) =>
      executeRollout(rollout, async (cluster) => plans.get(cluster)!, env),
    );
    const scores = await scoresOf(labs, io);
    for (const line of clusterScores(scores)) sink.text(line);
    const whole = wholeScore(scores);
    sink.json({ scenario, ...whole, clusters: scores });
    if (io.stop.aborted) return EXIT.interrupted;
    return whole.recovered === scores.length ? EXIT.done : EXIT.targets;
  } finally {
    await Promise.all(labs.map(({ lab }) => lab.stop().catch(() => undefined)));
    await rm(dir, { recursive: true, force: true });
  }
}

async function scoresOf(labs: readonly ClusterLab[], io: CliIo): Promise<ClusterScore[]> {
  return Promise.all(
    labs.map(async ({ name, lab }) => {
      const { report } = await waitFor(lab, ({ recovered }) => recovered, SETTLE_MS, io.stop);
      const { workers, recovered, timeToWindowSeconds, timeToRecoverySeconds } = report.score;
      return { cluster: name, workers, recovered, timeToWindowSeconds, timeToRecoverySeconds };
    }),
  );
}
