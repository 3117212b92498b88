import type { ClusterReading, ServerReading } from './types.ts';

/** Each alarm of etcd that a reading tells, with the members that tell it. */
export interface EtcdAlarm {
  name: string;
  nodes: string[];
  /** The largest database, and what it may grow to; where they tell it. */
  bytes?: number | undefined;
  quota?: number | undefined;
}

export function etcdAlarms({ servers }: ClusterReading): EtcdAlarm[] {
  const names = [...new Set(servers.flatMap((server) => server.etcdAlarms ?? []))];
  return names.map((name) => {
    const members = servers.filter((server) => server.etcdAlarms?.includes(name));
    return {
      name,
      nodes: members.map((server) => server.node),
      bytes: most(members.map((server) => server.etcdBytes)),
      quota: most(members.map((server) => server.etcdQuota)),
    };
  });
}

/** Whether an etcd member says that it is not well: writes may fail although every API server is ready. */
export function etcdIll({ servers }: ClusterReading): boolean {
  return servers.some((server: ServerReading) => server.etcd === 'failing');
}

function most(values: (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
}
