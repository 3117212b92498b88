import type { Target } from '../kit/types.ts';
import type { ActionContext } from '../node/types.ts';
import { readInForce } from '../probe/in-force.ts';
import { type Counters, readCluster } from '../probe/read.ts';
import { readReceipts } from '../receipts/line.ts';
import type { NodeReceipts } from '../receipts/read.ts';
import type { NodeScript, Outcome } from '../transport/types.ts';
import { adviceFor } from '../who/advice.ts';
import { readNode } from '../who/node-reading.ts';
import { offenders } from '../who/offenders.ts';
import { dnsOf, readDns } from './dns.ts';
import { expiring } from './expiry.ts';
import { statusScript } from './script.ts';
import { standing } from './standing.ts';
import type { NodeStanding, Status } from './types.ts';
import { undoneByOthers } from './undone.ts';
import { likeliest, verdictOf } from './verdict.ts';

type Reach = (targets: Target[], script: NodeScript) => Promise<Outcome[]>;

export interface StatusDeps {
  /** For the health of the API servers, and for the nodes: the two read at the same time. */
  health: Reach;
  reach: Reach;
  now(): Date;
  context: ActionContext;
  deadlineMs: number;
  api: string[];
  /** All nodes of the cluster. */
  all: Target[];
}

/** Seconds of one request to a server: a status must not wait for the slowest. */
const REQUEST_SECONDS = 2;

/** Asks API hosts and nodes; errors are counted since the reading before with the same `counters`. */
export async function readStatus(
  deps: StatusDeps,
  targets: Target[],
  counters: Counters = new Map(),
): Promise<Status> {
  const { context, now, deadlineMs, api } = deps;
  const [servers, outcomes] = await Promise.all([
    readCluster(
      { reach: deps.health, now, context, leases: true, vitals: true, requestSeconds: REQUEST_SECONDS },
      targets,
      counters,
    ),
    deps.reach(targets, statusScript(context, now(), deadlineMs, api)),
  ]);
  const at = now();
  const byName = new Map(outcomes.map((outcome) => [outcome.target, outcome]));
  const nodes = targets.map((target) => readNode(target, byName.get(target.name)));
  const ranked = offenders(nodes);
  const readings = targets.map((target) => nodeStanding(target, byName.get(target.name), at));
  const stands = standing(readings, context.nodes, at);
  const dns = dnsOf(targets.map(({ name }) => readDns(name, byName.get(name)?.stdout ?? '')));
  const cluster = context.cluster.name;
  const worst = likeliest(ranked);
  const advice = worst && adviceFor(worst, { cluster, targets: deps.all, nodes });
  return {
    at: at.toISOString(),
    servers,
    dns,
    expiring: expiring(servers),
    who: { at: at.toISOString(), nodes, notAsked: context.nodes.length - targets.length, offenders: ranked },
    standing: stands,
    undone: undoneByOthers(
      readings.map(({ receipts }) => receipts),
      context.nodes,
      at,
    ),
    read: readings.filter(({ receipts }) => receipts.state === 'ok').length,
    of: context.nodes.length,
    verdict: verdictOf({
      cluster,
      servers,
      dns,
      standing: stands,
      offender: worst && { name: worst.name, command: advice?.command },
    }),
  };
}

function nodeStanding(target: Target, outcome: Outcome | undefined, at: Date): NodeStanding {
  const data = outcome?.result?.data ?? {};
  return {
    node: target.name,
    receipts: receiptsOf(target, outcome, at),
    rules: readInForce(data, at),
    rulesRead: data.rules === 'read',
  };
}

function receiptsOf({ name }: Target, outcome: Outcome | undefined, at: Date): NodeReceipts {
  const { state = 'not-attempted', result, stdout = '' } = outcome ?? {};
  // The line after the last receipt: a script that ended before it may have more than it told.
  const told = stdout.split('\n').includes('receipts told');
  return {
    node: name,
    state: told ? 'ok' : state === 'ok' ? 'unknown' : state,
    receipts: readReceipts(stdout, at),
    ...(result?.data?.more !== undefined && { why: 'it has more receipts than were read' }),
  };
}
