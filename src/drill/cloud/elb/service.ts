import { queryService } from '../query/service.ts';
import type { CloudService, ServiceDeps } from '../service.ts';
import { classicOperations } from './classic.ts';
import { forwardOperations } from './forwards.ts';
import { targetOperations } from './targets.ts';
import type { BalancerWorld } from './world.ts';

const NONE: BalancerWorld = { groups: [], forwards: [], drainMs: 0, checkMs: 0 };
/** The API of Classic Load Balancers has an older version under the same name. */
const CLASSIC = '2012-06-01';

/** Simulated Elastic Load Balancing: ALB and NLB, and classic ones. */
export function elasticLoadBalancing({ world, now }: ServiceDeps): CloudService {
  const balancers = () => world.balancers ?? NONE;
  const frame = (version: string) => `http://elasticloadbalancing.amazonaws.com/doc/${version}/`;
  const present = queryService(frame('2015-12-01'), {
    ...targetOperations(balancers, now),
    ...forwardOperations(balancers),
  });
  const classic = queryService(frame(CLASSIC), classicOperations(balancers, now));
  const isClassic = (body: string) => new URLSearchParams(body).get('Version') === CLASSIC;
  return { ...present, read: (request) => (isClassic(request.body) ? classic : present).read(request) };
}
