import { nodesText } from '../../base/counts-line.ts';
import { foldLine } from '../../base/fold-names.ts';
import type { DnsCheck, ServerState } from '../../status/dns-check.ts';
import { dnsLines } from './vitals.ts';

const STATE: Record<ServerState, string> = {
  held: 'answers by the table of a hold',
  knows: "knows the cluster's names; without the API, until it restarts",
  fails: "does not know the cluster's names",
  silent: 'does not answer',
};

/** What a cache on a node says, and for how long. */
function cacheText({ state, code, left, stale }: DnsCheck['caches'][number]): string {
  if (state === 'held') return STATE.held;
  if (state === 'silent') return `${STATE.silent} (${code})`;
  if (state === 'knows') return "gets the cluster's names from a CoreDNS; without one, it is only a cache";
  const still =
    left === undefined
      ? 'it has no answer for kubernetes.default left'
      : left === 'not-known'
        ? 'how long it still answers is not known'
        : left > 0
          ? `it answers kubernetes.default for ${left}s more`
          : 'it answers kubernetes.default by an answer whose time is over';
  return `is only a cache: no CoreDNS that it asks knows the cluster's names (${code}); ${still}${stale ? '; it has serve_stale, by which it may answer longer' : ''}`;
}

/** The reading as lines, with the command that comes next. */
export function dnsCheckLines(
  cluster: string,
  { dns, servers, caches, names, tables, unread }: DnsCheck,
): string[] {
  const failing = [...servers, ...caches].filter(({ state }) => state === 'fails');
  return [
    ...dnsLines(dns),
    ...servers.map(
      ({ node, address, state, code }) =>
        `CoreDNS: ${address} on ${node} ${STATE[state]}${state === 'fails' || state === 'silent' ? ` (${code})` : ''}`,
    ),
    ...caches.map((one) => `cache: ${one.address} on ${one.node} ${cacheText(one)}`),
    ...(servers.length === 0 ? ['CoreDNS: none runs on the nodes that were asked'] : []),
    ...names.map(({ name, codes }) => `${name}: ${codesText(codes)}`),
    ...tables.map(
      ({ names: count, nodes, differ }) =>
        `proxy rules: ${count} names on ${nodesText(nodes.length)} (${foldLine(nodes)})${differ > 0 ? `; ${differ} differ between nftables and iptables` : ''}`,
    ),
    ...(tables.length > 1 ? ['proxy rules: they differ between nodes'] : []),
    ...Object.entries(unread).map(([state, nodes]) => `not read: ${foldLine(nodes)} (${state})`),
    ...(failing.length > 0
      ? [
          `next: fireaxe dns hold -c ${cluster} --nodes ${foldLine([...new Set(failing.map(({ node }) => node))])} --until-synced --reason 'names fail'`,
        ]
      : []),
  ];
}

function codesText(codes: Record<string, string[]>): string {
  const all = Object.entries(codes).sort(([, a], [, b]) => b.length - a.length);
  return all
    .map(([code, nodes], i) => `${code} on ${nodes.length}${i > 0 ? ` (${foldLine(nodes)})` : ''}`)
    .join(', ');
}

/** Whether the API's service was found everywhere, each CoreDNS answers, and each name that was asked exists. */
export function dnsIsWell({ dns, servers, caches, names, unread }: DnsCheck): boolean {
  return (
    dns.addresses.length > 0 &&
    Object.keys(unread).length === 0 &&
    dns.addresses.every(({ asked, answered }) => asked === answered) &&
    [...servers, ...caches].every(({ state }) => state === 'knows' || state === 'held') &&
    names.every(({ codes }) => Object.keys(codes).every((code) => code === 'NOERROR'))
  );
}
