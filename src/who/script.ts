import { addresses } from '../actions/kinds.ts';
import { defineAction } from '../actions/types.ts';
import { addressSet } from '../node/addresses.ts';
import { apiInputs } from '../node/api-inputs.ts';
import { apiPorts } from '../node/api-ports.ts';
import { readingScript } from '../node/reading.ts';
import type { ActionContext } from '../node/types.ts';
import type { NodeScript } from '../transport/types.ts';
import asked from './asked.sh';
import names from './names.sh';
import newest from './newest.sh';
import node from './node.sh';
import peers from './peers.sh';
import places from './places.sh';
import sockets from './sockets.sh';
import sum from './sum.sh';
import talkers from './talkers.sh';

/** Not in the registry: no plan holds it, and it changes nothing. */
export const who = defineAction({
  name: 'who',
  title: 'Read who talks to the API',
  danger: 'read',
  scope: 'node',
  parameters: { api: { schema: addresses, help: 'more addresses of the API, such as its balancer' } },
  summary: () => 'read',
  node: {
    fragments: { asked, names, newest, node, peers, places, sockets, sum, talkers },
    variables(p, target, context) {
      const servers = context.nodes
        .filter((one) => one.roles.includes('control-plane'))
        .flatMap((one) => [one.address, one.internalAddress ?? one.address]);
      const { v4, v6 } = addressSet([...servers, ...p.api], '--api');
      return {
        IN_SERVERS: [...v4, ...v6].join(' '),
        IN_PORTS: apiPorts(context, [443]).join(' '),
        IN_SERVER: target.roles.includes('control-plane') ? '1' : '',
        IN_SERVES: apiPorts(context).join(' '),
        ...apiInputs(context),
      };
    },
  },
});

/** The text that reads one node. */
export function whoScript(
  context: ActionContext,
  now: Date,
  deadlineMs: number,
  api: string[] = [],
): NodeScript {
  return readingScript(who, { params: { api }, context, now, deadlineMs, maxOutput: 4096 });
}
