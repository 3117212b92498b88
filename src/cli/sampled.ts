import { parseAmount } from '../base/amount.ts';
import { LONGEST_MS, parseSpan } from '../base/duration.ts';
import { selectNodes } from '../fleet/select.ts';
import type { FleetNode } from '../fleet/types.ts';
import { targetsOf } from '../kit/targets.ts';
import type { ClusterKit, Target } from '../kit/types.ts';
import { canonicalAddress } from '../node/addresses.ts';
import { openReader, type Reader } from '../run/gate/reach.ts';
import type { CliContext } from './context.ts';
import { credentialsWatch } from './credentials-failure.ts';
import { runEnvironment } from './environment.ts';
import type { Flags } from './flags.ts';
import { value } from './option.ts';
import { sudoOptions, targetOptions } from './options.ts';
import { openKeys } from './passphrases.ts';

/** Of a reading, connections and logins included; a login that hangs must not hold up the answer. */
const DEADLINE = '7s';
/** The script ends itself before that. */
const LOGIN_MS = 2_500;

const { limit: _, ...options } = targetOptions;

/** The options of a verb that reads the API hosts and a sample of the other nodes. */
export const sampleOptions = {
  sample: value('--sample <N|N%|all>', 'nodes to ask besides the API hosts, spread over the zones', {
    default: '20',
  }),
  api: value('--api <addresses>', 'more addresses of the API, such as its balancer'),
  timeout: value('--timeout <duration>', 'deadline of the reading', { default: DEADLINE }),
  ...options,
  ...sudoOptions,
};

interface SampleFlags extends Flags {
  sample?: string | undefined;
  api?: string | undefined;
}

interface Sampling {
  timeoutMs: number;
  api: string[];
}

/** Reads the flags of such a verb: a mistake in them is one of the command, not of a cluster. */
export function samplingOf(flags: SampleFlags): Sampling {
  if (flags.sample !== undefined && flags.sample !== 'all') parseAmount(flags.sample, '--sample');
  return {
    timeoutMs: parseSpan(flags.timeout ?? DEADLINE, '--timeout', 3_000, LONGEST_MS),
    api: addressesOf(flags.api),
  };
}

/** Opens keys and transports for such a verb. `close` ends what was opened, and every reader. */
export async function openSampled(context: CliContext, cluster: ClusterKit, { timeoutMs, api }: Sampling) {
  const { io, flags } = context;
  const targets = askedNodes(cluster, flags);
  await openKeys(context, cluster.name);
  const ended = io.inFlight();
  const { env, close } = runEnvironment(context, () => {});
  const readers: Reader[] = [];
  const credentials = credentialsWatch();
  return {
    sink: context.sink,
    cluster,
    env,
    /** The API hosts, and the sample. */
    targets,
    how: {
      now: io.now,
      context: { cluster, nodes: cluster.fleet.nodes },
      deadlineMs: timeoutMs - LOGIN_MS,
      api,
    },
    reader() {
      const reader = openReader(env, cluster, timeoutMs);
      readers.push(reader);
      return credentials.follow(reader.reach);
    },
    /** The exit code, which is that of credentials if they alone kept the reading from every node. */
    codeOf: (usual: number) => credentials.code(usual, context.sink),
    async close() {
      await Promise.all(readers.map((reader) => reader.close()));
      await close();
      ended();
    },
  };
}

/** The API hosts, and a sample of the selection. */
function askedNodes(cluster: ClusterKit, { sample = '20', selector, nodes }: SampleFlags): Target[] {
  const all = cluster.fleet.nodes;
  const isServer = (node: FleetNode) => node.roles.includes('control-plane');
  const selected =
    selector !== undefined || nodes !== undefined ? selectNodes(all, { selector, nodes }) : all;
  const others = selected.filter((node) => !isServer(node));
  const some = others.length > 0 ? selectNodes(others, { limit: sample === 'all' ? undefined : sample }) : [];
  return targetsOf(cluster, [...all.filter(isServer), ...some]);
}

function addressesOf(text: string | undefined): string[] {
  return (text ?? '')
    .split(/[\s,]+/)
    .filter(Boolean)
    .map((word) => canonicalAddress(word, '--api'));
}
