import type { ClusterReading, ServerReading } from './types.ts';

const MOST_NAMED = 3;
const LONGEST = 160;

/** Why the servers that are not ready are not, a text each: asked and down, or not asked at all. */
export function notReady({ servers }: ClusterReading): string[] {
  const others = servers.filter((server) => server.readyz !== 'ok');
  const more = others.length - MOST_NAMED;
  return [
    ...others.slice(0, MOST_NAMED).map((server) => `${server.node} ${state(server)}`),
    ...(more > 0 ? [`and ${more} more not ready`] : []),
  ];
}

/** The state of a server in a word or two; `not reached` is not `no-answer`. */
export function readyWord({ reached, outcome, readyz }: ServerReading): string {
  if (reached) return readyz;
  return outcome === undefined || outcome === 'unreachable' || outcome === 'not-attempted'
    ? 'not reached'
    : 'not read';
}

function state(server: ServerReading): string {
  const word = readyWord(server);
  const why = server.failing.length > 0 ? server.failing.join(' ') : (server.note ?? '');
  return why === '' ? word : `${word}: ${why.slice(0, LONGEST)}`;
}
