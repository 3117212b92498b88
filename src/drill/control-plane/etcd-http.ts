import type { Etcd, EtcdMember } from './etcd.ts';

/** What a member answers at its metrics address, port 2381; undefined where there is no such path. */
export function etcdHttp(
  etcd: Etcd,
  member: EtcdMember,
  url: URL,
): { code: number; body: string } | undefined {
  if (url.pathname === '/health') return health(etcd, url.searchParams.getAll('exclude'));
  if (url.pathname === '/metrics') return { code: 200, body: metrics(etcd, member) };
  return undefined;
}

/** As etcd 3.5 words it; an alarm that is excluded does not count. */
function health(etcd: Etcd, excluded: string[]): { code: number; body: string } {
  const ill = (reason: string) => ({ code: 503, body: `{"health":"false","reason":"${reason}"}` });
  if (!etcd.quorumHeld()) return ill('RAFT NO LEADER');
  if (etcd.alarms().length > 0 && !excluded.includes('NOSPACE')) return ill('ALARM NOSPACE');
  return { code: 200, body: '{"health":"true","reason":""}' };
}

/** The metrics that a probe or a script reads. */
function metrics(etcd: Etcd, member: EtcdMember): string {
  return [
    `etcd_server_has_leader ${etcd.quorumHeld() ? 1 : 0}`,
    'etcd_server_is_learner 0',
    `etcd_server_quota_backend_bytes ${etcd.quotaBytes}`,
    `etcd_mvcc_db_total_size_in_bytes ${member.bytes}`,
    `etcd_mvcc_db_total_size_in_use_in_bytes ${etcd.bytesInUse()}`,
    '',
  ].join('\n');
}
