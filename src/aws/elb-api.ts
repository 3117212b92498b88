import type {
  Action,
  TargetDescription,
  TargetGroup,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { OnTrace } from '../base/trace.ts';
import type { CloudProfile } from '../kit/types.ts';
import { told } from './asker.ts';
import { serviceClient } from './client.ts';
import type { Env } from './files.ts';
import { HalfAnswer } from './passing.ts';
import { type Patience, patiently } from './patience.ts';

/** The most that a page of target groups takes. */
const PAGE = 400;

/** What Fireaxe asks of load balancers. All of it may be repeated; errors about credentials come as FireaxeError. */
export interface ElbApi {
  /** All target groups of the region, or those of these ARNs. */
  groups(arns?: string[]): Promise<TargetGroup[]>;
  /** The targets of a group with their health; undefined where there is no such group any more. */
  health(group: string): Promise<TargetHealthDescription[] | undefined>;
  /** Seconds for which a deregistered target finishes what it has. */
  drainSeconds(group: string): Promise<number>;
  deregister(group: string, target: TargetDescription): Promise<void>;
  register(group: string, target: TargetDescription): Promise<void>;
  /** What a listener, or one of its rules, does; undefined where there is none. */
  actionsOf(arn: string): Promise<Action[] | undefined>;
  setActions(arn: string, actions: Action[]): Promise<void>;
  close(): void;
}

/** Who gets traffic: what Classic Load Balancers have, too. */
export type TargetsApi = Pick<
  ElbApi,
  'groups' | 'health' | 'drainSeconds' | 'deregister' | 'register' | 'close'
>;

export async function elbApi(
  profile: CloudProfile,
  patience: Patience,
  options: { env?: Env; onTrace?: OnTrace | undefined } = {},
): Promise<ElbApi> {
  const sdk = await import('./sdk-elb.ts');
  const load = async () => sdk.ElasticLoadBalancingV2Client;
  const client = await serviceClient('ELASTIC_LOAD_BALANCING_V2', load, { profile, ...options });
  const abort = patience.signal ? { abortSignal: patience.signal } : {};
  const ask = told(patiently(patience), profile);
  return {
    async groups(arns) {
      const found: TargetGroup[] = [];
      for (let Marker: string | undefined, first = true; first || Marker; first = false) {
        const input = arns ? { TargetGroupArns: arns } : { PageSize: PAGE, ...(Marker && { Marker }) };
        const answer = await ask(async () =>
          whole(await client.send(new sdk.DescribeTargetGroupsCommand(input), abort), 'TargetGroups'),
        );
        found.push(...answer.TargetGroups);
        Marker = answer.NextMarker;
      }
      return found;
    },

    health: (group) =>
      ask(async () => {
        const command = new sdk.DescribeTargetHealthCommand({ TargetGroupArn: group });
        const answer = await client.send(command, abort);
        return whole(answer, 'TargetHealthDescriptions').TargetHealthDescriptions;
      }).catch(unless('TargetGroupNotFound')),

    drainSeconds: (group) =>
      ask(async () => {
        const command = new sdk.DescribeTargetGroupAttributesCommand({ TargetGroupArn: group });
        const { Attributes } = whole(await client.send(command, abort), 'Attributes');
        return Number(Attributes.find(({ Key }) => Key === DELAY)?.Value ?? 300);
      }),

    async deregister(TargetGroupArn, target) {
      const command = new sdk.DeregisterTargetsCommand({ TargetGroupArn, Targets: [target] });
      await ask(() => client.send(command, abort));
    },

    async register(TargetGroupArn, target) {
      const command = new sdk.RegisterTargetsCommand({ TargetGroupArn, Targets: [target] });
      await ask(() => client.send(command, abort));
    },

    actionsOf: (arn) =>
      ask(async () => {
        if (isRule(arn)) {
          const answer = await client.send(new sdk.DescribeRulesCommand({ RuleArns: [arn] }), abort);
          return whole(answer, 'Rules').Rules[0]?.Actions;
        }
        const answer = await client.send(new sdk.DescribeListenersCommand({ ListenerArns: [arn] }), abort);
        return whole(answer, 'Listeners').Listeners[0]?.DefaultActions;
      }).catch(unless('RuleNotFound', 'ListenerNotFound')),

    async setActions(arn, actions) {
      await ask<unknown>(() =>
        isRule(arn)
          ? client.send(new sdk.ModifyRuleCommand({ RuleArn: arn, Actions: actions }), abort)
          : client.send(new sdk.ModifyListenerCommand({ ListenerArn: arn, DefaultActions: actions }), abort),
      );
    },

    close: () => client.destroy(),
  };
}

const DELAY = 'deregistration_delay.timeout_seconds';

export const isRule = (arn: string) => arn.includes(':listener-rule/');

/** An empty list is there all the same: without it the answer is incomplete. */
function whole<T extends object, K extends keyof T & string>(
  answer: T,
  list: K,
): T & Record<K, NonNullable<T[K]>> {
  if (!answer[list]) throw new HalfAnswer('the balancer', list);
  return answer as T & Record<K, NonNullable<T[K]>>;
}

/** Turns errors of these names into undefined: there is no such thing. */
function unless(...names: string[]): (error: unknown) => undefined {
  return (error) => {
    if (error instanceof Error && names.some((name) => error.name.startsWith(name))) return undefined;
    throw error;
  };
}
