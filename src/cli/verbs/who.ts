import { parseAmount } from '../../base/amount.ts';
import { LONGEST_MS, parseSpan } from '../../base/duration.ts';
import { selectNodes } from '../../fleet/select.ts';
import { targetsOf } from '../../kit/targets.ts';
import type { ClusterKit, Target } from '../../kit/types.ts';
import { canonicalAddress } from '../../node/addresses.ts';
import { openReader } from '../../run/gate/reach.ts';
import { chooseCluster, openContext } from '../context.ts';
import { runEnvironment } from '../environment.ts';
import { EXIT } from '../exit-codes.ts';
import { whoLines } from '../format/who.ts';
import { value } from '../option.ts';
import { sudoOptions, targetOptions } from '../options.ts';
import { openKeys } from '../passphrases.ts';
import { defineVerb } from '../types.ts';

/** Of a reading, connections and logins included; a login that hangs must not hold up the answer. */
export const DEADLINE = '7s';
/** The script ends itself before that. */
export const LOGIN_MS = 2_500;

const { cluster, selector, nodes } = targetOptions;

export const sampleOptions = {
  sample: value('--sample <N|N%|all>', 'nodes to ask besides the API hosts, spread over the zones', {
    default: '20',
  }),
  api: value('--api <addresses>', 'more addresses of the API, such as its balancer'),
  timeout: value('--timeout <duration>', 'deadline of the reading', { default: DEADLINE }),
  cluster,
  selector,
  nodes,
};

export default defineVerb({
  name: 'who',
  summary: 'Name who floods the API servers, from the hosts and nodes themselves; needs no working API',
  examples: [
    'fireaxe who -c prod-1',
    'fireaxe who -c prod-1 --sample all',
    'fireaxe who -c prod-1 -l zone=a --api 10.0.0.100',
    'fireaxe who -c prod-1 --output json',
  ],
  danger: 'read',
  options: { ...sampleOptions, ...sudoOptions },
  async run(_args, flags, io) {
    const timeoutMs = parseSpan(flags.timeout ?? DEADLINE, '--timeout', 3_000, LONGEST_MS);
    const api = addressesOf(flags.api);
    const context = await openContext(flags, io);
    const cluster = chooseCluster(context);
    const targets = askedNodes(cluster, flags);
    await openKeys(context, cluster.name);
    const ended = io.inFlight();
    const { env, close } = runEnvironment(context, () => {});
    const reader = openReader(env, cluster, timeoutMs);
    try {
      const { readWho } = await import('../../who/read.ts');
      const { adviceFor } = await import('../../who/advice.ts');
      const who = await readWho(
        {
          reach: reader.reach,
          now: io.now,
          context: { cluster, nodes: cluster.fleet.nodes },
          deadlineMs: timeoutMs - LOGIN_MS,
          api,
        },
        targets,
      );
      const advice = (offender: (typeof who.offenders)[number]) =>
        adviceFor(offender, { cluster: cluster.name, targets: targetsOf(cluster), nodes: who.nodes });
      for (const line of whoLines(who, advice)) context.sink.text(line);
      const offenders = who.offenders.map((one) => ({
        ...one,
        standsOut: one.reasons.length > 0,
        ...(one.reasons.length > 0 && { advice: advice(one) }),
      }));
      context.sink.json({ cluster: cluster.name, who: { ...who, offenders } });
      return who.nodes.some(({ reached }) => reached) ? EXIT.done : EXIT.targets;
    } finally {
      await reader.close();
      await close();
      ended();
    }
  },
});

/** The API hosts, and a sample of the selection. */
export function askedNodes(
  cluster: ClusterKit,
  {
    sample = '20',
    selector,
    nodes,
  }: { sample?: string | undefined; selector?: string | undefined; nodes?: string | undefined },
): Target[] {
  if (sample !== 'all') parseAmount(sample, '--sample');
  const all = targetsOf(cluster);
  const isServer = (target: Target) => target.roles.includes('control-plane');
  const selected =
    selector !== undefined || nodes !== undefined ? selectNodes(all, { selector, nodes }) : all;
  const others = selected.filter((target) => !isServer(target));
  const some = others.length > 0 ? selectNodes(others, { limit: sample === 'all' ? undefined : sample }) : [];
  return [...all.filter(isServer), ...some];
}

export function addressesOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((word) => canonicalAddress(word, '--api'));
}
