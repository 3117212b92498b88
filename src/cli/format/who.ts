import { countsLine, nodesText } from '../../base/counts-line.ts';
import { formatDuration } from '../../base/duration.ts';
import type { Advice } from '../../who/advice.ts';
import { bytesText } from '../../who/reasons.ts';
import type { NodeReading, Offender, Served, Who } from '../../who/types.ts';
import { table } from '../output.ts';

const MOST_ROWS = 12;

/** Who talks to the API, for people: the servers' hosts, the clients, and of those that stand out how to hold them. */
export function whoLines(who: Who, advice: (offender: Offender) => Advice | undefined): string[] {
  const out = standOut(who);
  return [
    ...serverLines(who.nodes),
    ...clientLines(who.offenders),
    ...unreadLines(who),
    ...out.flatMap((one, i) => offenderLines(one, i, advice(one), who.nodes)),
    verdict(who, out),
  ];
}

export function standOut({ offenders }: Who): Offender[] {
  return offenders.filter(({ reasons }) => reasons.length > 0);
}

function serverLines(nodes: NodeReading[]): string[] {
  const servers = nodes.filter(({ served }) => served !== undefined);
  const rows = servers.map(({ node, served }) => [
    node,
    String(served!.connections),
    String(served!.addresses),
    served!.peers[0] ? `${served!.peers[0].name} (${served!.peers[0].count})` : '-',
    knows(served!),
  ]);
  return rows.length > 0
    ? table([['SERVER', 'CONNECTIONS', 'ADDRESSES', 'MOST FROM', 'WHAT IT KNOWS'], ...rows])
    : [];
}

/** The first of each list: users in its queues, rejected flow schemas, requests, the audit log. */
function knows({ users, rejected, requests, audit }: Served): string {
  const parts = [
    users[0] && `${users[0].count} requests of ${users[0].name}`,
    rejected[0] && `${rejected[0].count} of ${rejected[0].name} rejected`,
    requests[0] && `${requests[0].count}% are ${requests[0].name}`,
    audit[0] && `audit log: ${audit[0].count}% ${audit[0].name}`,
  ].filter(Boolean);
  return parts.length > 0 ? parts.join('; ') : '-';
}

function clientLines(all: Offender[]): string[] {
  if (all.length === 0) return [];
  const rows = all
    .slice(0, MOST_ROWS)
    .map((one) => [
      one.name,
      whereText(one),
      String(one.nodes.length),
      `${one.connections} (${one.connectionShare}%)`,
      one.opened + one.waiting > 0 ? `${one.opened}, ${one.waiting}` : '-',
      `${bytesText(one.bytesPerSecond)}/s`,
      `${bytesText(one.bytes)} (${one.byteShare}%)`,
      ageText(one),
    ]);
  const more = all.length - rows.length;
  const head = ['CLIENT', 'IN', 'NODES', 'CONNECTIONS', 'NEW, WAITING', 'NOW', 'BYTES', 'STARTED'];
  return ['', ...table([head, ...rows]), ...(more > 0 ? [`and ${more} more`] : [])];
}

export function whereText({ where }: Pick<Offender, 'where'>): string {
  const words = where.map(({ kind, id }) =>
    kind === 'pod' ? `pods ${id || 'without a name here'}` : id || 'no unit',
  );
  return words.length > 2 ? `${words.slice(0, 2).join(', ')} and ${words.length - 2} more` : words.join(', ');
}

function ageText({ ageSeconds }: Offender): string {
  if (!ageSeconds) return '-';
  const [least, most] = [ageSeconds.least, ageSeconds.most].map((s) => formatDuration(s * 1000));
  return least === most ? `${most} ago` : `${least} to ${most} ago`;
}

/** What the answer does not cover. */
export function unreadLines({ nodes, notAsked }: Who): string[] {
  const missed = nodes.filter(({ reached }) => !reached);
  const states = new Map<string, number>();
  for (const { outcome = 'not-attempted' } of missed) states.set(outcome, (states.get(outcome) ?? 0) + 1);
  return [
    ...(missed.length > 0
      ? [
          `not read: ${countsLine(Object.fromEntries(states))} (${missed
            .slice(0, 5)
            .map(({ node }) => node)
            .join(', ')}${missed.length > 5 ? ', …' : ''})`,
        ]
      : []),
    ...(notAsked > 0 ? [`not asked: ${nodesText(notAsked)} (--sample all asks every node)`] : []),
    ...new Set(
      nodes.flatMap(({ reached, note, node, controlPlane }) =>
        reached && note ? [controlPlane ? `${node}: ${note}` : note] : [],
      ),
    ),
  ];
}

function offenderLines(
  one: Offender,
  index: number,
  advice: Advice | undefined,
  nodes: NodeReading[],
): string[] {
  const ends = one.ageSeconds ? `; started ${ageText(one)}` : '';
  return [
    '',
    `${index + 1}. ${one.name} (${whereText(one)}) on ${one.nodes.length} of ${nodesText(nodes.filter(({ reached }) => reached).length)} read`,
    `   ${[...one.reasons, `${one.connectionShare}% of connections, ${one.byteShare}% of bytes`].join('; ')}${ends}`,
    ...(advice
      ? [
          ...advice.blast.map((text) => `   ${text}`),
          `   hold it: ${advice.command}`,
          ...(advice.playbook ? [`   or:      ${advice.playbook}`] : []),
        ]
      : [
          one.part
            ? '   Kubernetes does not run without it: find out why before you stop it'
            : '   no hold takes this name',
        ]),
  ];
}

/** Whether no server that was asked answers. */
function between(nodes: NodeReading[]): boolean {
  const servers = nodes.flatMap(({ served }) => served ?? []);
  return servers.length > 0 && servers.every(({ answers }) => !answers);
}

/** The last line. */
function verdict({ nodes }: Who, out: Offender[]): string {
  const read = nodes.filter(({ reached }) => reached).length;
  if (read === 0) return 'no node was read: nothing is known';
  const first = out[0];
  return first
    ? `${first.name} stands out${out.length > 1 ? `, and ${out.length - 1} more` : ''}, on ${first.nodes.length} of ${nodesText(read)} read`
    : `nothing stands out on ${nodesText(read)} read${between(nodes) ? '; no API server answers, so a client may be between two attempts: ask again' : ''}`;
}
