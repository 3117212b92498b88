import { CloudError } from '../errors.ts';
import { membersOf, type QueryParameters, recordsOf, required } from '../query/parameters.ts';
import type { QueryOperations } from '../query/service.ts';
import type { XmlRecord } from '../xml.ts';
import type { BalancerWorld, ForwardState } from './world.ts';

/** What listeners and their rules forward, with weights. */
export function forwardOperations(world: () => BalancerWorld): QueryOperations {
  const find = (arn: string, missing: string) => {
    const forward = world().forwards.find((known) => known.arn === arn);
    if (!forward) throw new CloudError(missing, `'${arn}' not found`);
    return forward;
  };
  return {
    DescribeRules: (p) => ({
      Rules: membersOf(p, 'RuleArns').map((arn) => ruleValue(find(arn, 'RuleNotFound'))),
    }),
    DescribeListeners: (p) => ({
      Listeners: membersOf(p, 'ListenerArns').map((arn) => listenerValue(find(arn, 'ListenerNotFound'))),
    }),
    ModifyRule: (p) => ({
      Rules: [ruleValue(change(world(), find(required(p, 'RuleArn'), 'RuleNotFound'), p, 'Actions'))],
    }),
    ModifyListener(p) {
      const forward = find(required(p, 'ListenerArn'), 'ListenerNotFound');
      return { Listeners: [listenerValue(change(world(), forward, p, 'DefaultActions'))] };
    },
  };
}

function change(world: BalancerWorld, forward: ForwardState, p: QueryParameters, name: string): ForwardState {
  const [action] = recordsOf(p, name);
  const groups = action ? recordsOf(action, 'ForwardConfig.TargetGroups') : [];
  if (groups.length === 0) throw new CloudError('ValidationError', 'a forward action needs target groups');
  const weights = groups.map((g) => ({ arn: g.get('TargetGroupArn')!, weight: Number(g.get('Weight')) }));
  if (weights.some(({ weight }) => !(weight >= 0 && weight <= 999)))
    throw new CloudError('ValidationError', 'Weights must be between 0 and 999');
  forward.groups = weights;
  const sticky = action?.get('ForwardConfig.TargetGroupStickinessConfig.DurationSeconds');
  const on = action?.get('ForwardConfig.TargetGroupStickinessConfig.Enabled') === 'true';
  if (on) forward.stickySeconds = Number(sticky);
  else delete forward.stickySeconds;
  world.onWeights?.(forward);
  return forward;
}

const ruleValue = (forward: ForwardState): XmlRecord => ({
  RuleArn: forward.arn,
  Priority: '1',
  IsDefault: false,
  Actions: [actionValue(forward)],
});

const listenerValue = (forward: ForwardState): XmlRecord => ({
  ListenerArn: forward.arn,
  DefaultActions: [actionValue(forward)],
});

function actionValue({ groups, stickySeconds }: ForwardState): XmlRecord {
  return {
    Type: 'forward',
    Order: 1,
    ForwardConfig: {
      TargetGroups: groups.map(({ arn, weight }) => ({ TargetGroupArn: arn, Weight: weight })),
      TargetGroupStickinessConfig: { Enabled: stickySeconds !== undefined, DurationSeconds: stickySeconds },
    },
  };
}
