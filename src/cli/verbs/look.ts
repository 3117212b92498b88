import { execParameters } from '../../actions/exec/params.ts';
import { usage } from '../../base/errors.ts';
import { selectNodes } from '../../fleet/select.ts';
import { targetsOf } from '../../kit/targets.ts';
import { clocksOf, timeoutsOf } from '../../kit/timeouts.ts';
import { eachCluster } from '../clusters/each.ts';
import { commandOf } from '../command-words.ts';
import { openContext, selectionOf } from '../context.ts';
import { credentialsFailure } from '../credentials-failure.ts';
import { runEnvironment } from '../environment.ts';
import { EXIT } from '../exit-codes.ts';
import { outcomeLines } from '../format/show-outcomes.ts';
import { toggle, value } from '../option.ts';
import { paceOptions, sudoOptions, targetOptions } from '../options.ts';
import { overridesOf } from '../overrides.ts';
import { openKeys } from '../passphrases.ts';
import { refuseUnselected } from '../selected.ts';
import { defineVerb } from '../types.ts';

/** As a step's most nodes in flight. */
const PARALLEL = 64;

export default defineVerb({
  name: 'look',
  summary: 'Run a command that only reads: no reason, no question, no journal; equal output is folded',
  examples: [
    'fireaxe look -c prod-1 -l role=worker --limit 5 -- uptime',
    "fireaxe look -c prod-1 -l role=control-plane -- 'journalctl -u kubelet -n 20 | grep -i refused'",
    'fireaxe look -c prod-1 --all -o json -- cat /proc/loadavg',
  ],
  danger: 'read',
  takesCommand: true,
  argument: [
    '[command...]',
    'after --: one word is a shell command line, several are a command and its arguments',
  ],
  options: {
    script: value('--script <file>', 'run this file with /bin/sh; - is stdin'),
    ...targetOptions,
    all: toggle('--all', 'all nodes of the cluster, as -c NAME alone'),
    timeout: paceOptions.timeout,
    delivery: paceOptions.delivery,
    parallel: paceOptions.parallel,
    via: paceOptions.via,
    ...sudoOptions,
  },
  notes:
    '\nFireaxe does not check that it only reads. What changes a node belongs to exec, which keeps who, when and why.',
  async run(args, flags, io) {
    const command = await commandOf('look', args, flags.script, io);
    const parsed = execParameters.command.schema.safeParse(command);
    if (!parsed.success) throw usage(parsed.error.issues[0]!.message, { place: 'command' });
    const overrides = overridesOf(flags);
    refuseUnselected('look', flags);
    const context = await openContext(flags, io);
    return eachCluster(context, async (context, cluster) => {
      const targets = targetsOf(cluster, selectNodes(cluster.fleet.nodes, selectionOf(flags)));
      await openKeys(context, cluster.name);
      const ended = io.inFlight();
      const { env, close } = runEnvironment(context, () => {});
      const { sink } = context;
      try {
        const [{ lookScript }, { fanout }] = await Promise.all([
          import('../../look/script.ts'),
          import('../../fanout/fanout.ts'),
        ]);
        const timeouts = timeoutsOf(cluster);
        const { retryMs: _, ...clocks } = {
          ...clocksOf(timeouts, timeouts.scriptMs, overrides.timeoutMs),
          ...(overrides.deliveryMs && { deliveryMs: overrides.deliveryMs }),
        };
        const script = lookScript(
          command,
          { cluster, nodes: cluster.fleet.nodes },
          io.now(),
          overrides.timeoutMs ?? timeouts.scriptMs,
        );
        const all = targets.length;
        const { outcomes } = await fanout(
          {
            targets,
            script,
            waves: [all],
            parallel: overrides.parallel ?? PARALLEL,
            adaptive: overrides.parallel === undefined,
            budget: all,
            repeatable: true,
            ...clocks,
          },
          {
            transport: (name) => env.transport(name as Exclude<typeof name, 'cloud'>),
            transportsTo: (target) => overrides.via ?? target.via,
            stop: env.stop,
            stopWaiting: env.stopWaiting,
            onEvent(event) {
              if (event.kind === 'outcome') sink.event({ outcome: event.outcome });
            },
          },
        );
        for (const line of outcomeLines(outcomes)) sink.text(line);
        sink.json({ cluster: cluster.name, outcomes });
        if (credentialsFailure(outcomes)) return EXIT.credentials;
        const ok = outcomes.filter(({ state }) => state === 'ok').length;
        const counts = { nodes: outcomes.length, 'nodes ok': ok };
        return { code: ok === outcomes.length ? EXIT.done : EXIT.targets, counts };
      } finally {
        await close();
        ended();
      }
    });
  },
});
