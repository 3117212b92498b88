import { parseParams } from '../actions/params.ts';
import { stop } from '../actions/stop/action.ts';
import { nodesText } from '../base/counts-line.ts';
import { quote } from '../base/quote.ts';
import type { Target } from '../kit/types.ts';
import type { NodeReading, Offender } from './types.ts';

export interface Advice {
  /** Holds it, pasted as it stands. */
  command: string;
  /** The same for a playbook: `-p` and its values. */
  playbook?: string;
  /** What that touches, a text each. */
  blast: string[];
}

interface Asked {
  cluster: string;
  /** All nodes of the cluster. */
  targets: Target[];
  nodes: NodeReading[];
}

/** In which order a pod's labels name it best. */
const NAMING = [
  'app.kubernetes.io/name',
  'app',
  'k8s-app',
  'name',
  'app.kubernetes.io/instance',
  'component',
];
const PER_REVISION =
  /^(pod-template-hash|controller-revision-hash|pod-template-generation)$|\/pod-(name|index)$/;

/** How to hold an offender, and what else that would hold; undefined where no hold would be accepted. */
export function adviceFor(offender: Offender, { cluster, targets, nodes }: Asked): Advice | undefined {
  if (offender.part) return undefined;
  const how = [byPods(offender), byUnit(offender), byName(offender)].find(accepted);
  if (!how) return undefined;
  const found = new Set(offender.nodes);
  const onServers = nodes.some((node) => node.controlPlane && found.has(node.node));
  const onWorkers = nodes.some((node) => !node.controlPlane && found.has(node.node));
  const selector = onServers ? (onWorkers ? undefined : 'role=control-plane') : 'role=worker';
  const meant =
    selector === undefined
      ? targets
      : targets.filter((t) => t.roles.includes(onWorkers ? 'worker' : 'control-plane'));
  // A fleet may have workers without that role.
  const where = meant.length > 0 && selector !== undefined ? ` -l ${selector}` : '';
  const all = meant.length > 0 ? meant.length : targets.length;
  const flags = Object.entries(how).map(([name, value]) => `--${name} ${quote(value)}`);
  const command = `fireaxe stop -c ${quote(cluster)} ${flags.join(' ')}${where} --reason ${quote(`who: ${offender.name} floods the API`)}`;
  const playbook = playbookOf(offender);
  return { command, ...(playbook && { playbook }), blast: blastOf(offender, how, all) };
}

type How = Partial<Record<'pods' | 'unit' | 'process', string>>;

function accepted(how: How | undefined): how is How {
  if (!how) return false;
  try {
    parseParams(stop, how, 'stop');
    return true;
  } catch {
    return false;
  }
}

/** Where all that was found runs in pods of one workload, and their labels are known. */
function byPods(offender: Offender): How | undefined {
  const label = labelOf(offender);
  return label && { pods: `${label.namespace}/${label.label}` };
}

function labelOf({ where, labels }: Offender): { namespace: string; label: string } | undefined {
  const [only] = where;
  if (where.length !== 1 || only?.kind !== 'pod' || !only.id.includes('/')) return undefined;
  const keys = Object.keys(labels).filter((key) => !PER_REVISION.test(key));
  const key = NAMING.find((name) => keys.includes(name)) ?? keys[0];
  return key === undefined
    ? undefined
    : { namespace: only.id.split('/')[0]!, label: `${key}=${labels[key]}` };
}

function byUnit({ where }: Offender): How | undefined {
  const [only] = where;
  return where.length === 1 && only?.kind === 'unit' ? { unit: only.id } : undefined;
}

function byName({ name }: Offender): How {
  return { process: name };
}

/** The parameters of control-plane-lockout that are known. */
function playbookOf(offender: Offender): string | undefined {
  const pod = offender.where.find(({ kind, id }) => kind === 'pod' && id.includes('/'));
  const [namespace, workload] = pod?.id.split('/') ?? [];
  const label = pod && labelOf({ ...offender, where: [pod] });
  const known: Record<string, string | undefined> = {
    process: offender.name,
    namespace,
    daemonset: workload,
    'pod-selector': label?.label,
  };
  const words = Object.entries(known).flatMap(([key, value]) =>
    value === undefined ? [] : [`-p ${quote(`${key}=${value}`)}`],
  );
  return accepted(byName(offender)) ? `fireaxe run control-plane-lockout ${words.join(' ')}` : undefined;
}

function blastOf(offender: Offender, how: How, all: number): string[] {
  const { clients, nodes } = offender;
  const processes = clients.reduce((n, client) => n + client.processes, 0);
  const others = clients.reduce((n, client) => n + client.named - client.processes, 0);
  const holds = how.unit
    ? `stops and masks ${how.unit}`
    : how.pods
      ? `freezes all pods ${how.pods}`
      : `freezes every process named ${offender.name}`;
  return [
    `${holds} on ${nodesText(all)}; ${processes} with connections on ${nodesText(nodes.length)} of those read`,
    ...(how.process !== undefined && others > 0
      ? [
          `${others} more of that name there ${others === 1 ? 'has' : 'have'} no connection to the API, and would be frozen, too`,
        ]
      : []),
  ];
}
