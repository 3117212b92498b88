import { usage } from '../base/errors.ts';
import type { FleetNode } from '../fleet/types.ts';
import type { NodesSpec } from '../plan/types.ts';
import { LIMIT_NAMES, type NodesText, nodesSpec } from '../playbook/nodes-spec.ts';
import { type Given, value, values } from './option.ts';

/** A gate that also reads the nodes that come back. */
export const nodeGateOptions = {
  gateNodes: value('--gate-nodes <N|N%>', 'of the nodes that are back, how many must be calm'),
  gateSample: value('--gate-sample <N>', 'with --gate-nodes: nodes to read', { default: '20' }),
  gateLimit: values(
    '--gate-limit <name=value>',
    'with --gate-nodes: another limit of a calm node, such as pulls=5',
  ),
};

type NodeGateFlags = Given<typeof nodeGateOptions>;

/** The flags as what the gate asks of the nodes; undefined without `--gate-nodes`. `concerned` as for `nodesSpec`. */
export function nodeGateOf(flags: NodeGateFlags, concerned?: FleetNode[]): NodesSpec | undefined {
  const { gateNodes: calm, gateSample: sample, gateLimit = [] } = flags;
  if (calm === undefined) {
    const idle = sample !== undefined ? '--gate-sample' : gateLimit.length > 0 ? '--gate-limit' : undefined;
    if (idle)
      throw usage(`${idle} has no effect without --gate-nodes`, {
        place: idle,
        next: 'add --gate-nodes 90%',
      });
    return undefined;
  }
  const limits = Object.fromEntries(gateLimit.map(limitOf));
  const at = (key: keyof NodesText) =>
    key === 'calm' ? '--gate-nodes' : key === 'sample' ? '--gate-sample' : `--gate-limit ${key}`;
  return nodesSpec({ calm, sample, ...limits }, at, concerned);
}

function limitOf(typed: string): [string, string] {
  const [, name = '', limit = ''] = /^([a-z]+)=(.+)$/.exec(typed) ?? [];
  if (LIMIT_NAMES.includes(name)) return [name, limit];
  throw usage(`not a limit: ${JSON.stringify(typed)}`, {
    place: '--gate-limit',
    expected: `NAME=VALUE with one of ${LIMIT_NAMES.join(', ')}`,
  });
}
