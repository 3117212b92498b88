import type { Action } from '@aws-sdk/client-elastic-load-balancing-v2';
import { type ElbApi, isRule } from '../../aws/elb-api.ts';
import type { TrafficSwitch } from '../../kit/types.ts';
import { healthOf } from './health.ts';
import type { Found, Place } from './place.ts';
import type { Weights } from './weights.ts';

/** A listener of a load balancer, or a rule of it, that forwards to a target group of each cluster. */
export function listenerPlace(elb: ElbApi, at: TrafficSwitch & { listener: string }): Place {
  const clusterOf = new Map(Object.entries(at.groups).map(([cluster, group]) => [group, cluster]));
  const keyOf = (group: string) => clusterOf.get(group) ?? group;
  return {
    name: `${isRule(at.listener) ? 'rule' : 'listener'} ${at.listener.split(':').at(-1)}`,
    most: 999,
    clusters: Object.keys(at.groups),
    ceilings: at.ceilings,
    async read() {
      const actions = await elb.actionsOf(at.listener);
      const groups = actions && forwardIn(actions)?.ForwardConfig?.TargetGroups;
      if (!groups) return undefined;
      const weights: Weights = {};
      for (const { TargetGroupArn, Weight } of groups) weights[keyOf(TargetGroupArn!)] = Weight ?? 1;
      return { weights, raw: actions };
    },
    write: (found, to) => elb.setActions(at.listener, withWeights(found, to, keyOf)),
    health: (cluster) => healthOf(elb, at.groups[cluster]),
  };
}

const forwardIn = (actions: Action[]) => actions.find(({ Type }) => Type === 'forward');

/** The same actions with other weights. */
function withWeights({ raw }: Found, to: Weights, keyOf: (group: string) => string): Action[] {
  return (raw as Action[]).map((action) => {
    const { TargetGroupArn: _, ...rest } = action;
    if (rest.AuthenticateOidcConfig)
      // The secret is never shown: it stays the one that is there.
      rest.AuthenticateOidcConfig = { ...rest.AuthenticateOidcConfig, UseExistingClientSecret: true };
    if (rest.Type !== 'forward') return rest;
    const groups = rest.ForwardConfig?.TargetGroups ?? [];
    return {
      ...rest,
      ForwardConfig: {
        ...rest.ForwardConfig,
        TargetGroups: groups.map((group) => ({ ...group, Weight: to[keyOf(group.TargetGroupArn!)] })),
      },
    };
  });
}
