import { spread } from '../fleet/select.ts';
import type { TransportName } from '../fleet/transports.ts';
import type { Target } from '../kit/types.ts';

/** So many of the nodes that this transport leads to, spread over the zones: one host of the API, then others. */
export function sampleBy(via: TransportName, targets: readonly Target[], count: number): Target[] {
  const reached = targets.filter((target) => target.via.includes(via));
  const isServer = ({ roles }: Target) => roles.includes('control-plane');
  const server = spread(reached.filter(isServer), 1);
  const others = spread(
    reached.filter((target) => !isServer(target)),
    count - server.length,
  );
  const more = spread(
    reached.filter((target) => isServer(target) && !server.includes(target)),
    count - server.length - others.length,
  );
  return [...server, ...others, ...more].map((target) => ({ ...target, via: [via] }));
}
