import { readyWord } from '../../probe/not-ready.ts';
import type { ClusterReading, ServerReading } from '../../probe/types.ts';
import { table } from '../output.ts';
import { etcdLines } from './etcd.ts';
import { inForceLines, inForceSum } from './in-force.ts';

/** A reading of the control plane for people: one row a server, then the summary. */
export function readingLines(reading: ClusterReading): string[] {
  const rows = reading.servers.map((s) => [
    s.node,
    readyWord(s),
    s.reached ? s.livez : '-',
    s.etcd ?? '-',
    s.latencyMs === undefined ? '-' : `${Math.round(s.latencyMs)}ms`,
    number(s.inflight),
    number(s.connections),
    s.memoryBytes === undefined ? '-' : `${Math.round(s.memoryBytes / 1_048_576)}MiB`,
    remark(s),
  ]);
  const head = ['SERVER', 'READY', 'LIVE', 'ETCD', 'LATENCY', 'INFLIGHT', 'CLIENTS', 'MEMORY', 'NOTE'];
  const { errorPercent, unmeasured } = reading;
  const errors =
    errorPercent !== undefined
      ? `, ${errorPercent.toFixed(1)}% of requests fail`
      : unmeasured !== undefined
        ? ', errors not measured'
        : '';
  return [
    ...table([head, ...rows]),
    ...etcdLines(reading),
    ...inForceLines(reading),
    `${reading.answering} of ${reading.of} API servers answer${inForceSum(reading)}${errors}`,
  ];
}

function number(value: number | undefined): string {
  return value === undefined ? '-' : String(value);
}

function remark(server: ServerReading): string {
  const failing = server.failing.length > 0 ? `failing: ${server.failing.join(', ')}` : '';
  const etcd = [
    server.etcdLearner ? 'a learner' : '',
    server.etcdReason ?? (server.etcdAlarms ? `alarm ${server.etcdAlarms.join(', ')}` : ''),
  ].filter((part) => part !== '');
  return [failing, etcd.length > 0 ? `etcd: ${etcd.join(', ')}` : '', server.note ?? '']
    .filter((part) => part !== '')
    .join('; ');
}
