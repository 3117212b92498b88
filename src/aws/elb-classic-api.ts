import type { InstanceState, LoadBalancerDescription } from '@aws-sdk/client-elastic-load-balancing';
import type { TargetGroup, TargetHealthDescription } from '@aws-sdk/client-elastic-load-balancing-v2';
import { FireaxeError } from '../base/errors.ts';
import type { OnTrace } from '../base/trace.ts';
import type { CloudProfile } from '../kit/types.ts';
import { told } from './asker.ts';
import { serviceClient } from './client.ts';
import type { ElbApi, TargetsApi } from './elb-api.ts';
import type { Env } from './files.ts';
import { HalfAnswer } from './passing.ts';
import { type Patience, patiently } from './patience.ts';

/** A Classic Load Balancer is a group of its own, by this name; target groups have ARNs. */
const CLASSIC = 'classic/';

/** The most that a page takes. */
const PAGE = 400;

/**
 * Classic Load Balancers, each told as a target group of instances: it knows instances without ports, and is its own
 * balancer.
 */
export async function classicElbApi(
  profile: CloudProfile,
  patience: Patience,
  options: { env?: Env; onTrace?: OnTrace | undefined } = {},
): Promise<TargetsApi> {
  const sdk = await import('./sdk-elb-classic.ts');
  const load = async () => sdk.ElasticLoadBalancingClient;
  const client = await serviceClient('ELASTIC_LOAD_BALANCING', load, { profile, ...options });
  const abort = patience.signal ? { abortSignal: patience.signal } : {};
  const ask = told(patiently(patience), profile);
  return {
    async groups() {
      const found: TargetGroup[] = [];
      for (let Marker: string | undefined, first = true; first || Marker; first = false) {
        const command = new sdk.DescribeLoadBalancersCommand({ PageSize: PAGE, ...(Marker && { Marker }) });
        const page = await ask(async () => {
          const answer = await client.send(command, abort);
          if (!answer.LoadBalancerDescriptions) throw new HalfAnswer('DescribeLoadBalancers', 'balancers');
          return answer;
        });
        found.push(...page.LoadBalancerDescriptions!.map(groupOf));
        Marker = page.NextMarker;
      }
      return found;
    },

    health: (group) =>
      ask(async () => {
        const command = new sdk.DescribeInstanceHealthCommand({ LoadBalancerName: nameOf(group) });
        const { InstanceStates } = await client.send(command, abort);
        if (!InstanceStates) throw new HalfAnswer('DescribeInstanceHealth', 'states');
        return InstanceStates.map(healthOf);
      }).catch(unlessGone),

    drainSeconds: (group) =>
      ask(async () => {
        const command = new sdk.DescribeLoadBalancerAttributesCommand({ LoadBalancerName: nameOf(group) });
        const { LoadBalancerAttributes } = await client.send(command, abort);
        if (!LoadBalancerAttributes) throw new HalfAnswer('DescribeLoadBalancerAttributes', 'attributes');
        const { Enabled = false, Timeout = 300 } = LoadBalancerAttributes.ConnectionDraining ?? {};
        return Enabled ? Timeout : 0;
      }),

    async deregister(group, { Id }) {
      const command = new sdk.DeregisterInstancesFromLoadBalancerCommand({
        LoadBalancerName: nameOf(group),
        Instances: [{ InstanceId: Id! }],
      });
      await ask<unknown>(() => client.send(command, abort)).catch(unlessGone);
    },

    async register(group, { Id }) {
      const command = new sdk.RegisterInstancesWithLoadBalancerCommand({
        LoadBalancerName: nameOf(group),
        Instances: [{ InstanceId: Id! }],
      });
      await ask(() => client.send(command, abort));
    },

    close: () => client.destroy(),
  };
}

/** Target groups and Classic Load Balancers as one. Where the classic ones may not be read, they are left as they are. */
export function bothElb(v2: ElbApi, classic: TargetsApi, onLeft: (why: FireaxeError) => void): TargetsApi {
  const of = (group: string) => (isClassic(group) ? classic : v2);
  return {
    async groups() {
      const [groups, balancers] = await Promise.all([
        v2.groups(),
        classic.groups().catch((error: unknown) => {
          if (!(error instanceof FireaxeError && error.kind === 'credentials')) throw error;
          onLeft(error);
          return [];
        }),
      ]);
      return [...groups, ...balancers];
    },
    health: (group) => of(group).health(group),
    drainSeconds: (group) => of(group).drainSeconds(group),
    deregister: (group, target) => of(group).deregister(group, target),
    register: (group, target) => of(group).register(group, target),
    close() {
      v2.close();
      classic.close();
    },
  };
}

export const isClassic = (group: string) => group.startsWith(CLASSIC);
const nameOf = (group: string) => group.slice(CLASSIC.length);

function groupOf({ LoadBalancerName, VPCId, ListenerDescriptions }: LoadBalancerDescription): TargetGroup {
  const id = `${CLASSIC}${LoadBalancerName}`;
  const Port = ListenerDescriptions?.[0]?.Listener?.InstancePort;
  return {
    TargetGroupArn: id,
    TargetGroupName: LoadBalancerName!,
    TargetType: 'instance',
    LoadBalancerArns: [id],
    ...(VPCId && { VpcId: VPCId }),
    ...(Port !== undefined && { Port }),
  };
}

/** An instance that drains is `InService`, too: only the description tells. */
function healthOf({ InstanceId, State, ReasonCode, Description }: InstanceState): TargetHealthDescription {
  const leaving = /deregistration currently in progress/i.test(Description ?? '');
  const state = leaving ? 'draining' : State === 'InService' ? 'healthy' : 'unhealthy';
  const Reason = State === 'OutOfService' && ReasonCode !== 'N/A' ? ReasonCode : undefined;
  return {
    Target: { Id: InstanceId },
    TargetHealth: { State: state, ...(Reason && { Description: Reason }) },
  };
}

/** The balancer is gone, or has no such instance any more. */
function unlessGone(error: unknown): undefined {
  if (
    error instanceof Error &&
    /^(LoadBalancerNotFound|AccessPointNotFound|InvalidInstance|InvalidEndPoint)/.test(error.name)
  )
    return undefined;
  throw error;
}
