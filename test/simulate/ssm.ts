import type { FleetNode } from '../../src/fleet/types.ts';
import type { Kit } from '../../src/kit/types.ts';
import { createSsmTransport } from '../../src/transport/ssm/transport.ts';
import type { Report, SendRequest, SentCommand, SsmApi } from '../../src/transport/ssm/types.ts';
import type { Transport } from '../../src/transport/types.ts';
import { ASSUMED } from './assumptions.ts';
import { Bucket } from './bucket.ts';
import { isGone } from './cluster.ts';
import { orderOf, perform, unpacked } from './node.ts';
import { spread } from './random.ts';
import type { World } from './world.ts';

const PAGE = 50;
const LISTED = 2_500;
const FULL = 24_000;
/** Of a machine whose agent does not answer. */
const UNDELIVERABLE_MS = 1_000;

interface Command extends SentCommand {
  reports: Map<string, Report>;
  outputs: Map<string, string>;
}

/** The real transport over a simulated service: what AWS documents of Run Command, an account at a time. */
export function simulatedSsm(world: World, kit: Kit): Transport {
  const machines = new Map<string, FleetNode>();
  for (const { fleet } of Object.values(kit.clusters))
    for (const node of fleet.nodes) machines.set(node.instanceId!, node);
  return createSsmTransport({
    clientFor: async ({ profile = '' }) => service(world, kit, machines, profile),
    random: Math.random,
  });
}

function service(
  { clusters, clock, seed }: World,
  kit: Kit,
  machines: Map<string, FleetNode>,
  account: string,
): SsmApi {
  const commands = new Map<string, Command>();
  const buckets = new Map<string, Bucket>();
  let calls = 0;

  /** One call: it takes its time, and is throttled where the account makes too many of its kind. */
  async function called(kind: string): Promise<void> {
    const bucket =
      buckets.get(kind) ?? new Bucket(ASSUMED.accountCallsPerSecond, ASSUMED.accountBurst, clock.now);
    buckets.set(kind, bucket);
    const { median, p95 } = ASSUMED.apiMs;
    await clock.sleepUntil(clock.now() + spread(median, p95, seed, account, calls++));
    if (!bucket.take()) throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
  }

  function meant({ to }: SendRequest): FleetNode[] {
    if ('instanceIds' in to) return to.instanceIds.map((id) => machines.get(id)!);
    const values = new Set(to.tags[0]!.values);
    const cluster = to.tags[1]!.key.replace('kubernetes.io/cluster/', '');
    return kit.clusters[cluster]!.fleet.nodes.filter(({ labels }) => values.has(labels.shard ?? ''));
  }

  function deliver(node: FleetNode, command: Command, text: string): void {
    const order = orderOf(unpacked(text));
    const instanceId = node.instanceId!;
    const end = (report: Omit<Report, 'instanceId'>) => {
      command.reports.set(instanceId, { instanceId, ...report });
      command.completed++;
      command.over = command.completed === command.total;
    };
    const waits = spread(ASSUMED.deliveryMs.median, ASSUMED.deliveryMs.p95, seed, command.id, node.name);
    const runs = spread(ASSUMED.scriptMs.median, ASSUMED.scriptMs.p95, seed, node.name, order.step, order.op);
    if (isGone(seed, node.name))
      return void clock.at(clock.now() + UNDELIVERABLE_MS, () =>
        end({ details: 'Undeliverable', code: -1, output: '' }),
      );
    const startedAt = new Date(Date.now() + waits);
    clock.at(clock.now() + waits + runs, () => {
      const { stdout = '', ...told } = perform(clusters.get(node.cluster)!, node, order, clock.now());
      const cut = stdout.length > FULL - LISTED;
      const data = cut ? { data: { ...told.data, truncated: '1' } } : {};
      const line = JSON.stringify({ fireaxe: 1, nonce: order.nonce, op: order.op, ...told, ...data });
      const output = `${stdout.slice(0, FULL - LISTED)}${line}\n`;
      if (output.length > LISTED) command.outputs.set(instanceId, output);
      const failed = told.state === 'failed' || told.state === 'absent';
      const ended = { code: failed ? 3 : 0, output: output.slice(0, LISTED), startedAt, endedAt: new Date() };
      end({ details: failed ? 'Failed' : 'Success', ...ended });
    });
  }

  return {
    async send(request) {
      await called('send');
      const nodes = meant(request);
      const id = `${account}-${commands.size}`;
      const command: Command = {
        id,
        comment: request.comment,
        requestedAt: new Date(),
        completed: 0,
        total: nodes.length,
        over: false,
        reports: new Map(),
        outputs: new Map(),
      };
      commands.set(id, command);
      for (const node of nodes) deliver(node, command, request.text);
      return told(command);
    },
    async commands(after, wanted) {
      const all = [...commands.values()].filter(({ requestedAt }) => requestedAt >= after).reverse();
      const seen: SentCommand[] = [];
      do {
        await called('list');
        seen.push(...all.slice(seen.length, seen.length + PAGE).map(told));
      } while (seen.length < all.length && !wanted(seen));
      return seen;
    },
    async invocations(id, _signal, paced = (call) => call()) {
      const { reports, total } = commands.get(id)!;
      for (let page = 0; page < Math.ceil(total / PAGE); page++) await paced(() => called('read'));
      return [...reports.values()];
    },
    async output(id, instanceId) {
      await called('output');
      const { outputs, reports } = commands.get(id)!;
      return { stdout: outputs.get(instanceId) ?? reports.get(instanceId)!.output, stderr: '' };
    },
    async cancel() {
      await called('cancel');
    },
    close() {},
  };
}

const told = ({ id, comment, requestedAt, completed, total, over }: Command): SentCommand => ({
  id,
  comment,
  requestedAt,
  completed,
  total,
  over,
});
