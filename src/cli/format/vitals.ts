import { nodesText } from '../../base/counts-line.ts';
import { foldLine } from '../../base/fold-names.ts';
import type { ClusterReading, ServerReading, Vitals } from '../../probe/types.ts';
import type { Dns, DnsAddress } from '../../status/dns.ts';
import { expiring } from '../../status/expiry.ts';

/** What a status tells of the servers, of etcd and of DNS beyond their health. */
export function vitalLines(servers: ClusterReading, dns: Dns): string[] {
  return [
    ...servers.servers.flatMap(serverLine),
    ...servers.servers.flatMap(etcdLine),
    ...expiryLines(servers),
    ...dnsLines(dns),
  ];
}

function serverLine({ node, vitals }: ServerReading): string[] {
  const parts = vitals
    ? [
        memoryText(vitals),
        restartText(vitals),
        vitals.servedUntil && `its certificate is valid until ${vitals.servedUntil.slice(0, 10)}`,
      ].filter(Boolean)
    : [];
  return parts.length > 0 ? [`server ${node}: ${parts.join('; ')}`] : [];
}

function memoryText({ memoryUsed, memoryLimit, memoryOfMachine }: Vitals): string | undefined {
  if (memoryUsed === undefined) return undefined;
  const of = memoryLimit ?? memoryOfMachine;
  if (of === undefined) return `memory ${size(memoryUsed)}, limit not known`;
  const share = Math.round((100 * memoryUsed) / of);
  return `memory ${size(memoryUsed)}, ${share}% of ${memoryLimit === undefined ? `the machine's ${size(of)}, no limit of its own` : `its limit of ${size(of)}`}`;
}

function restartText({ since, restarts }: Vitals): string | undefined {
  if (since === undefined) return restarts === undefined ? undefined : `restarted ${times(restarts)}`;
  return `running since ${since}${restarts === undefined ? '' : `, restarted ${times(restarts)}`}`;
}

const times = (n: number) => (n === 0 ? 'never' : n === 1 ? 'once' : `${n} times`);

function etcdLine({ node, vitals, etcd, etcdBytes, etcdQuota }: ServerReading): string[] {
  if (!vitals || etcd === undefined || etcd === 'no-answer') return [];
  const { etcdLeads, etcdMembers, etcdPeers, etcdFsync } = vitals;
  const parts = [
    etcdLeads && 'leader',
    etcdMembers !== undefined &&
      `${etcdMembers} ${etcdMembers === 1 ? 'member' : `members, connected to ${etcdPeers ?? 0} of ${etcdMembers - 1} others`}`,
    etcdBytes !== undefined &&
      `database ${size(etcdBytes)}${etcdQuota === undefined ? '' : ` of ${size(etcdQuota)} (${Math.round((100 * etcdBytes) / etcdQuota)}%)`}`,
    etcdFsync &&
      `99% of fsyncs since its start took ${etcdFsync.over ? 'more than' : 'at most'} ${etcdFsync.ms}ms`,
  ].filter(Boolean);
  return parts.length > 0 ? [`etcd ${node}: ${parts.join('; ')}`] : [];
}

function expiryLines(servers: ClusterReading): string[] {
  return expiring(servers).map(
    ({ what, nodes, until, days }) =>
      `WARNING: ${what} on ${nodes.join(', ')} ${days < 0 ? 'expired on' : `expires in ${days} ${days === 1 ? 'day' : 'days'}, on`} ${until.slice(0, 10)}`,
  );
}

const KIND: Record<DnsAddress['kind'], string> = {
  service: 'service',
  'node-local': 'cache on each node',
  pod: 'CoreDNS',
};

export function dnsLines({ addresses, noTool }: Dns): string[] {
  const cannot =
    noTool.length > 0
      ? [`dns: not asked on ${nodesText(noTool.length)} without bash, dig or nslookup (${foldLine(noTool)})`]
      : [];
  if (addresses.length === 0) {
    return cannot.length > 0 ? cannot : ['dns: not asked: no node told an address of the cluster DNS'];
  }
  return [...addresses.map(dnsLine), ...cannot];
}

function dnsLine({ address, kind, asked, answered, fresh, codes, nodes }: DnsAddress): string {
  const past = fresh === answered ? '' : `, ${fresh} for a name that no cache has`;
  const other = Object.entries(codes).map(([code, n]) => `${n} ${code}`);
  const where = other.length > 0 ? ` (${other.join(', ')}: ${foldLine(nodes)})` : '';
  return `dns: ${address} (${KIND[kind]}) answered ${answered} of ${nodesText(asked)}${past}${where}`;
}

function size(bytes: number): string {
  const mib = bytes / 1_048_576;
  return mib >= 1024 ? `${(mib / 1024).toFixed(1)} GiB` : `${Math.round(mib)} MiB`;
}
