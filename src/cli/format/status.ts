import { nodesText } from '../../base/counts-line.ts';
import { foldLine } from '../../base/fold-names.ts';
import type { Standing, Status } from '../../status/types.ts';
import { errorPercent } from '../../status/verdict.ts';
import { readingLines } from './reading.ts';
import { vitalLines } from './vitals.ts';
import { standOut, unreadLines, whereText } from './who.ts';

/** A status for people: what is broken, what is in force, who does it, and last the verdict and the next command. */
export function statusLines(cluster: string, status: Status): string[] {
  const { servers, standing, verdict } = status;
  return [
    // What is in force stands below, with its operator.
    ...readingLines({ ...servers, servers: servers.servers.map(({ inForce: _, ...server }) => server) }),
    ...counterLines(status),
    ...vitalLines(servers, status.dns),
    `kubelets: ${kubelets(status)}`,
    ...(standing.length > 0 ? standing.map(standingText) : ['in force: nothing']),
    ...undoneLines(status),
    `in force was read from ${status.read} of ${nodesText(status.of)}`,
    ...clientLines(status),
    ...unreadLines(status.who),
    `${cluster}: ${verdict.text}`,
    ...(verdict.next ? [`next: ${verdict.next}`] : []),
  ];
}

function kubelets({ servers: { leases, leasesUnread, answering } }: Status): string {
  if (leases) return `${leases.fresh} of ${leases.of} report`;
  return `not known: ${leasesUnread ?? (answering === 0 ? 'no API server answers' : 'no server told their leases')}`;
}

/** Counters since a server's start. */
function counterLines({ servers }: Status): string[] {
  const read = servers.servers.filter(({ requests }) => requests !== undefined);
  if (read.length === 0) return [];
  const throttled = read.reduce((n, server) => n + (server.throttled ?? 0), 0);
  const requests = read.reduce((n, server) => n + server.requests!, 0);
  const share = requests > 0 ? Math.round((100 * throttled) / requests) : 0;
  const rejected = read.reduce((n, server) => n + (server.rejected ?? 0), 0);
  const starts = read.flatMap(({ node, startedAt }) =>
    startedAt ? [`${node} ${new Date(startedAt * 1000).toISOString().slice(11, 19)}Z`] : [],
  );
  return [
    `since their start (${starts.join(', ')}): ${errorPercent(servers)}% of answers are 5xx or 429 (429: ${share}%), ${rejected} requests rejected by priority and fairness`,
  ];
}

const SEEN: Record<Standing['seen'], string> = {
  stands: 'in force',
  'no-receipt': 'in force without a receipt',
  gone: 'removed by hand',
};

function standingText({
  seen,
  action,
  what,
  nodes,
  run,
  step,
  operator,
  reason,
  since,
  until,
}: Standing): string {
  const made = [
    since && `since ${since}`,
    operator && `by ${operator} (${reason})`,
    run && `run ${run}, step ${step}`,
  ].filter(Boolean);
  const lasts =
    seen === 'gone'
      ? `its rule is not there, and nobody undid it: fireaxe verify ${run}`
      : until
        ? `until ${until}`
        : 'until it is undone';
  const strange = seen === 'no-receipt' && run === undefined ? '; nothing tells who made it' : '';
  return `${SEEN[seen]}: ${action}${what ? ` of ${what}` : ''} on ${nodes.length > 3 ? `${nodesText(nodes.length)} (${foldLine(nodes)})` : nodes.join(', ')}, ${[...made, lasts].join(', ')}${strange}`;
}

const MOST_UNDONE = 5;

function undoneLines({ undone }: Status): string[] {
  const rows = undone
    .slice(0, MOST_UNDONE)
    .map(
      ({ action, run, step, nodes, operator, by, at }) =>
        `undone by another operator: ${action} on ${nodesText(nodes.length)} (${foldLine(nodes)}), at ${at} by ${by}${operator === undefined ? '' : `, made by ${operator}`}, run ${run}, step ${step}`,
    );
  const more = undone.length - rows.length;
  return more > 0 ? [...rows, `and ${more} more: fireaxe runs --on-nodes`] : rows;
}

function clientLines({ who }: Status): string[] {
  const read = who.nodes.filter(({ reached }) => reached).length;
  const out = standOut(who);
  if (out.length === 0) return [`clients: nothing stands out on ${nodesText(read)} read`];
  return out.map(
    (one) =>
      `client: ${one.name} (${whereText(one)}) on ${one.nodes.length} of ${nodesText(read)} read: ${one.reasons.join('; ')}`,
  );
}
