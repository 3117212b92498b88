import type { ClusterReading, InForce } from '../../probe/types.ts';

/** Changes of Fireaxe that are in force on the hosts: a line for each step that made one, and the run to read. */
export function inForceLines({ servers }: ClusterReading): string[] {
  const groups = new Map<string, { nodes: string[]; each: InForce[] }>();
  for (const { node, inForce = [] } of servers) {
    for (const one of inForce) {
      const key = JSON.stringify([one.kind, one.what, one.run, one.step, one.kept]);
      const group = groups.get(key) ?? { nodes: [], each: [] };
      groups.set(key, group);
      group.nodes.push(node);
      group.each.push(one);
    }
  }
  const runs = new Set([...groups.values()].flatMap(({ each }) => each[0]?.run ?? []));
  return [
    ...[...groups.values()].map(({ nodes, each }) => words(each, nodes)),
    ...[...runs].map((run) => `next: fireaxe timeline ${run}`),
  ];
}

/** The words for the summary line, such as `FENCED`. */
export function inForceSum({ servers }: ClusterReading): string {
  const kinds = new Set(servers.flatMap(({ inForce = [] }) => inForce.map((one) => one.kind.toUpperCase())));
  return [...kinds].map((kind) => `, ${kind}`).join('');
}

/** Prints the earliest time: hosts differ by a second or two. */
function words(each: InForce[], nodes: string[]): string {
  const { kind, what, run, step, kept } = each[0]!;
  const since = first(each.map((one) => one.since));
  const until = first(each.map((one) => one.until));
  const made =
    run === undefined ? ': the receipt of the run that made it is gone' : ` by run ${run}, step ${step}`;
  const lasts =
    kept || kind === 'paused'
      ? '; stays until it is undone'
      : until === undefined
        ? ''
        : `; reverts at ${until} unless kept`;
  return `${kind.toUpperCase()}${what ? ` ${what}` : ''} on ${nodes.join(', ')}${since ? ` since ${since}` : ''}${made}${lasts}`;
}

function first(times: (string | undefined)[]): string | undefined {
  return times.filter((time) => time !== undefined).sort()[0];
}
