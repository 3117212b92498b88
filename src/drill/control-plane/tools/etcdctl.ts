import type { Tool, ToolAnswer } from '../../types.ts';
import type { Etcd, EtcdMember } from '../etcd.ts';

/** Flags of etcdctl whose value does not matter here: the host's own member is asked. */
const WITH_VALUE =
  /^--(endpoints|cacert|cert|key|user|password|command-timeout|dial-timeout|keepalive-time|keepalive-timeout)$/;
const ALONE = /^--(physical|cluster|insecure-skip-tls-verify|insecure-transport|hex|debug)$/;
const ENDPOINT = 'https://127.0.0.1:2379';

/** Simulated etcdctl: the words that a database over its quota needs, against this host's simulated member. */
export function simulatedEtcdctl(etcd: Etcd, member: EtcdMember): Tool {
  return (argv) => {
    const call = parse(argv);
    if (typeof call === 'string') return failed(call);
    const { words, flags } = call;
    if (!etcd.quorumHeld() && words[0] !== 'version') return failed('context deadline exceeded');
    switch (words.join(' ')) {
      case 'version':
        return done('etcdctl version: 3.5.0 (simulated by fireaxe drill)', 'API version: 3.5');
      case 'endpoint status':
        return flags.has('json')
          ? done(JSON.stringify([status(etcd, member)]))
          : failed('use -w json in a drill');
      case 'alarm list':
        return done(...etcd.alarms().map(alarmText));
      case 'alarm disarm':
        return done(...etcd.disarm().map(alarmText));
      case 'defrag':
        return defragment(etcd, flags.has('--cluster') ? etcd.members : [member]);
    }
    const [verb = '', revision] = words;
    if (/^compact(ion)?$/.test(verb) && words.length === 2) return compact(etcd, Number(revision));
    return failed(`unknown command ${JSON.stringify(words.join(' '))} for the simulated "etcdctl"`);
  };
}

function compact(etcd: Etcd, revision: number): ToolAnswer {
  if (!Number.isSafeInteger(revision)) return failed('the revision is not a number');
  const went = etcd.compact(revision);
  if (went === 'future') return failed('etcdserver: mvcc: required revision is a future revision');
  if (went === 'compacted') return failed('etcdserver: mvcc: required revision has been compacted');
  return done(`compacted revision ${revision}`);
}

function defragment(etcd: Etcd, members: readonly EtcdMember[]): ToolAnswer {
  for (const one of members) etcd.defragment(one);
  return done(...members.map(() => `Finished defragmenting etcd member[${ENDPOINT}]`));
}

function status(etcd: Etcd, member: EtcdMember) {
  const errors = etcd.alarms().map(alarmText);
  // Ids of 64 bits are numbers in etcdctl's JSON; those of the lab are small enough for JavaScript.
  return {
    Endpoint: ENDPOINT,
    Status: {
      header: { cluster_id: 1, member_id: Number(member.id), revision: etcd.revision(), raft_term: 2 },
      version: '3.5.0',
      dbSize: member.bytes,
      leader: Number(etcd.leader()?.id ?? 0),
      raftIndex: etcd.revision(),
      raftTerm: 2,
      raftAppliedIndex: etcd.revision(),
      ...(errors.length > 0 && { errors }),
      dbSizeInUse: etcd.bytesInUse(),
    },
  };
}

function alarmText({ id }: EtcdMember): string {
  return `memberID:${id} alarm:NOSPACE `;
}

function parse(argv: string[]): { words: string[]; flags: Set<string> } | string {
  const words: string[] = [];
  const flags = new Set<string>();
  for (let i = 0; i < argv.length; i++) {
    const [, flag, glued] = /^(--?[a-z-]+)(?:=(.*))?$/s.exec(argv[i]!) ?? [];
    if (flag === undefined) words.push(argv[i]!);
    else if (ALONE.test(flag)) flags.add(flag);
    else if (WITH_VALUE.test(flag) || /^(-w|--write-out)$/.test(flag)) {
      const value = glued ?? argv[++i];
      if (value === undefined) return `flag needs an argument: ${flag}`;
      if (!WITH_VALUE.test(flag)) flags.add(value);
    } else return `unknown flag: ${flag}`;
  }
  return { words, flags };
}

function done(...lines: string[]): ToolAnswer {
  return { code: 0, stdout: lines.map((line) => `${line}\n`).join(''), stderr: '' };
}

function failed(text: string): ToolAnswer {
  return { code: 1, stdout: '', stderr: `Error: ${text}\n` };
}
