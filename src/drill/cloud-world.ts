import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { quote } from '../base/quote.ts';
import type { CloudExec, CloudInstance, CloudWorld } from './cloud/world.ts';
import type { Site } from './site.ts';
import { labMs } from './time-scale.ts';
import type { LabNode } from './types.ts';

/** How long a machine takes to stop and to boot. */
export const STOP_MS = labMs(20);
export const BOOT_MS = labMs(40);

/** The machines of all clusters of a lab as the cloud's endpoint sees them, and what else stands in that cloud. */
export function createCloudWorld(
  clusters: { site: Site; nodes: LabNode[] }[],
  more: Pick<CloudWorld, 'dns' | 'balancers'> = {},
): CloudWorld {
  const nodes = clusters.flatMap((one) => one.nodes);
  const clusterOf = new Map(clusters.flatMap(({ site, nodes }) => nodes.map((n) => [n, site.cluster])));
  const passing = new Map<string, CloudInstance['state']>();
  const launched = new Date();
  let commands = 0;

  function node(id: string): LabNode {
    const found = nodes.find((n) => n.spec.instanceId === id);
    if (!found) throw new Error(`no machine ${id}`);
    return found;
  }

  async function pass(id: string, state: CloudInstance['state'], ms: number, then: () => Promise<void>) {
    passing.set(id, state);
    try {
      await delay(ms);
      await then();
    } finally {
      passing.delete(id);
    }
  }

  return {
    ...more,
    instances: () =>
      nodes.map((machine) => ({
        id: machine.spec.instanceId,
        type: machine.spec.instanceType,
        state: passing.get(machine.spec.instanceId) ?? (machine.running() ? 'running' : 'stopped'),
        tags: {
          Name: machine.spec.name,
          [`kubernetes.io/cluster/${clusterOf.get(machine)}`]: 'owned',
          'k8s.io/role': machine.spec.roles[0] ?? 'worker',
        },
        privateIp: machine.spec.address,
        zone: machine.spec.zone,
        ssm: machine.spec.fault === 'ssm-dead' ? 'dead' : 'online',
        launchedAt: launched,
      })),

    async exec(id, lines, timeoutMs, signal) {
      const machine = node(id);
      // The agent writes a script file and runs it, since a command line is limited in length.
      const dir = join(machine.root, 'var/lib/amazon/ssm/orchestration', String(++commands));
      const script = join(dir, '_script.sh');
      await mkdir(dir, { recursive: true });
      await writeFile(script, `${lines.join('\n')}\n`, { mode: 0o700 });
      try {
        return await run(
          machine,
          `AWS_SSM_INSTANCE_ID=${quote(id)} exec /bin/sh ${quote(script)}`,
          timeoutMs,
          signal,
        );
      } finally {
        await rm(dir, { recursive: true, force: true });
      }
    },

    stop: (id) => pass(id, 'stopping', STOP_MS, () => node(id).powerOff()),
    start: (id) => pass(id, 'pending', BOOT_MS, () => node(id).powerOn()),
    retype(id, type) {
      node(id).spec.instanceType = type;
    },
  };
}

async function run(
  machine: LabNode,
  command: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<CloudExec> {
  const running = machine.exec(command, { stdin: '', timeoutMs });
  const kill = () => running.kill();
  signal.addEventListener('abort', kill, { once: true });
  const [stdout, stderr, ended] = await Promise.all([
    text(running.stdout),
    text(running.stderr),
    running.ended,
  ]);
  signal.removeEventListener('abort', kill);
  return { code: ended.code ?? -1, stdout, stderr };
}

async function text(stream: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
