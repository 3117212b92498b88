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

/** The reading as lines, with the command that comes next. */
export function dnsCheckLines(cluster: string, { dns, servers, names, tables, unread }: DnsCheck): string[] {
  const failing = servers.filter(({ state }) => state === 'fails');
  return [
    ...dnsLines(dns),
    ...servers.map(
      ({ node, address, state, code }) =>
        `CoreDNS: ${address} on ${node} ${STATE[state]}${state === 'fails' || state === 'silent' ? ` (${code})` : ''}`,
    ),
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
          `next: fireaxe dns hold -c ${cluster} --nodes ${foldLine(failing.map(({ node }) => node))} --until-synced --reason 'names fail'`,
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
export function dnsIsWell({ dns, servers, names, unread }: DnsCheck): boolean {
  return (
    dns.addresses.length > 0 &&
    Object.keys(unread).length === 0 &&
    dns.addresses.every(({ asked, answered }) => asked === answered) &&
    servers.every(({ state }) => state === 'knows' || state === 'held') &&
    names.every(({ codes }) => Object.keys(codes).every((code) => code === 'NOERROR'))
  );
}
