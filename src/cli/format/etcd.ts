import { type EtcdAlarm, etcdAlarms } from '../../probe/etcd-alarms.ts';
import type { ClusterReading } from '../../probe/types.ts';

/** Frees space in a database at its quota; docs/probe.md has the etcdctl settings. */
const FREE =
  `rev=$(etcdctl endpoint status -w json | grep -o '"revision":[0-9]*' | head -n 1 | cut -d: -f2) ` +
  '&& etcdctl compact "$rev" && etcdctl defrag --cluster && etcdctl alarm disarm';

/** The alarms of etcd for people, each with the command that clears it. */
export function etcdLines(reading: ClusterReading): string[] {
  return etcdAlarms(reading).flatMap((alarm) => [
    `etcd: alarm ${alarm.name} on ${alarm.nodes.join(', ')}${meaning(alarm)}`,
    ...next(alarm),
  ]);
}

function meaning({ name, bytes, quota }: EtcdAlarm): string {
  if (name === 'CORRUPT') return ": its data differs from the other members'";
  if (name !== 'NOSPACE') return '';
  const size = bytes !== undefined && quota !== undefined ? ` (${mib(bytes)} of ${mib(quota)} MiB)` : '';
  return `: the database is over its quota${size}, every write fails; neither less load nor a bigger machine clears it`;
}

function next({ name }: EtcdAlarm): string[] {
  if (name === 'NOSPACE') return ['next: fireaxe run etcd-nospace', `or, by hand on one etcd host: ${FREE}`];
  return name === 'CORRUPT' ? ['next: on one etcd host: etcdctl endpoint hashkv --cluster'] : [];
}

function mib(bytes: number): string {
  return (bytes / 1_048_576).toFixed(1);
}
