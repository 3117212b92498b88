import type { Door } from '../../host-keys/doors.ts';
import type { FoundKey } from '../../host-keys/gather.ts';
import { PRINT_KEYS, printedKeys } from '../../host-keys/printed.ts';
import { clocksOf, timeoutsOf } from '../../kit/timeouts.ts';
import type { ClusterKit } from '../../kit/types.ts';
import type { CliContext } from '../context.ts';
import { runEnvironment } from '../environment.ts';
import { openKeys } from '../passphrases.ts';

/** Asks the nodes for their own host keys over SSM, which AWS vouches for. */
export async function keysOverSsm(
  context: CliContext,
  cluster: ClusterKit,
  doors: readonly Door[],
): Promise<{ found: FoundKey[]; problems: string[] }> {
  const byName = new Map(doors.flatMap((door) => (door.node?.instanceId ? [[door.node.name, door]] : [])));
  const targets = [...byName.values()].map(({ node }) => node!);
  if (targets.length === 0) return { found: [], problems: [] };
  await openKeys(context, cluster.name, [['ssm']]);
  const ended = context.io.inFlight();
  const { env, close } = runEnvironment(context, () => {});
  try {
    const [{ lookScript }, { fanout }] = await Promise.all([
      import('../../look/script.ts'),
      import('../../fanout/fanout.ts'),
    ]);
    const timeouts = timeoutsOf(cluster);
    const { retryMs: _, ...clocks } = clocksOf(timeouts, timeouts.scriptMs);
    const now = context.io.now();
    const of = { cluster, nodes: cluster.fleet.nodes };
    const { outcomes } = await fanout(
      {
        targets,
        script: lookScript(PRINT_KEYS, of, now, timeouts.scriptMs),
        waves: [targets.length],
        parallel: PARALLEL,
        budget: targets.length,
        repeatable: true,
        ...clocks,
      },
      {
        transport: (name) => env.transport(name as Exclude<typeof name, 'cloud'>),
        transportsTo: () => ['ssm'],
        stop: env.stop,
        stopWaiting: env.stopWaiting,
        onEvent() {},
      },
    );
    const found = outcomes.flatMap(({ target, stdout }) =>
      printedKeys(stdout).map((key): FoundKey => ({ door: byName.get(target)!, ...key, from: 'ssm' })),
    );
    const problems = outcomes.flatMap(({ target, state, reason }) =>
      state === 'ok' ? [] : [`${target}: SSM: ${reason?.message ?? state}`],
    );
    return { found, problems };
  } finally {
    await close();
    ended();
  }
}

/** As a step's most nodes in flight. */
const PARALLEL = 64;
