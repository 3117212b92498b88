import { etcdAlarms, etcdIll } from '../probe/etcd-alarms.ts';
import type { ClusterReading, ServerReading } from '../probe/types.ts';
import type { Offender } from '../who/types.ts';
import type { Dns } from './dns.ts';
import { expiring } from './expiry.ts';
import type { Standing, Verdict } from './types.ts';

export interface Findings {
  cluster: string;
  servers: ClusterReading;
  /** The likeliest client that stands out, and the command that holds it. */
  offender?: { name: string; command?: string | undefined } | undefined;
  standing: Standing[];
  dns?: Pick<Dns, 'percent'>;
}

/** Share of the answers since a server's start that may be 5xx or 429. */
const MOST_ERRORS_PERCENT = 25;
/** Share of the questions to DNS that must be answered. */
const LEAST_DNS_PERCENT = 90;

/** Whether the control plane is up, in words, and what to do next. */
export function verdictOf({ cluster, servers, offender, standing, dns }: Findings): Verdict {
  const { answering, of } = servers;
  const reached = servers.servers.filter((server) => server.reached).length;
  const ready = `${answering} of ${of} API servers are ready`;
  if (of > 0 && reached === 0) {
    return {
      state: 'unknown',
      text: 'no API host was reached: nothing is known of the control plane',
      next: `fireaxe probe -c ${cluster} -v`,
    };
  }
  const [alarm] = etcdAlarms(servers);
  if (alarm?.name === 'NOSPACE') {
    return {
      state: 'degraded',
      text: `${ready}, but etcd is over its quota: every write fails`,
      next: `fireaxe run etcd-nospace -c ${cluster}`,
    };
  }
  const by = offender ? `; ${offender.name} stands out among its clients` : '';
  const held = standing.filter(({ seen }) => seen !== 'gone');
  if (answering < of) {
    return {
      state: answering === 0 ? 'down' : 'degraded',
      text: `the control plane is ${answering === 0 ? 'down' : 'degraded'}: ${ready}${by}${inForce(held)}`,
      next: nextInOutage({ cluster, servers, offender }, held),
    };
  }
  if (etcdIll(servers))
    return {
      state: 'degraded',
      text: `${ready}, but an etcd member is not healthy`,
      next: `fireaxe probe -c ${cluster}`,
    };
  const errors = errorPercent(servers);
  if (offender || errors > MOST_ERRORS_PERCENT) {
    const share = errors > MOST_ERRORS_PERCENT ? `, and ${errors}% of their answers are errors` : '';
    return {
      state: 'degraded',
      text: `${ready}${share}${by}${inForce(held)}`,
      next: nextInOutage({ cluster, servers, offender }, held),
    };
  }
  if (dns?.percent !== undefined && dns.percent < LEAST_DNS_PERCENT) {
    return {
      state: 'degraded',
      text: `${ready}, but only ${dns.percent}% of the questions to the cluster's DNS were answered${inForce(held)}`,
      next: `fireaxe status -c ${cluster} --sample all`,
    };
  }
  const [last] = held.filter(({ run }) => run !== undefined).slice(-1);
  if (held.length > 0) {
    return {
      state: 'in-force',
      text: `${ready}, with changes in force: not an all-clear${inForce(held)}${ending(servers)}`,
      ...(last && { next: wayBack(cluster, last) }),
    };
  }
  const [gone] = standing;
  return {
    state: 'healthy',
    text: `${ready}, and nothing stands out${gone ? '; a change was removed by hand' : ''}${ending(servers)}`,
    ...(gone?.run !== undefined && { next: `fireaxe verify ${gone.run}` }),
  };
}

function ending(servers: ClusterReading): string {
  const [first] = expiring(servers);
  if (!first) return '';
  return first.days < 0 ? '; a certificate has expired' : `; a certificate expires in ${first.days} days`;
}

function nextInOutage(
  { cluster, servers, offender }: Pick<Findings, 'cluster' | 'servers' | 'offender'>,
  held: Standing[],
): string {
  const stands = (action: string) => held.some((one) => one.action === action);
  if (offender?.command !== undefined && !stands('stop')) return offender.command;
  // A killed server waits up to 5 minutes in the kubelet's back-off, although the flood is over.
  if ((stands('stop') || stands('fence')) && servers.servers.some(isDead))
    return `fireaxe start -c ${cluster} --reason 'the API servers are dead'`;
  if (!offender && held.length === 0) return `fireaxe who -c ${cluster} --sample all`;
  // What was done may need a minute; a flood that goes on needs more.
  if (!offender || stands('fence') || servers.answering === servers.of)
    return `fireaxe status -c ${cluster} --watch 5s`;
  return `fireaxe fence -c ${cluster} --pause-controllers --reason 'the API servers do not recover'`;
}

/** Nothing listens at its port. */
function isDead({ reached, readyz, note }: ServerReading): boolean {
  return reached && readyz === 'no-answer' && /refused/i.test(note ?? '');
}

/** Fenced clients come back in batches; the rest is undone. */
function wayBack(cluster: string, { action, run }: Standing): string {
  return action === 'fence'
    ? `fireaxe readmit -c ${cluster} --batch 25% --reason 'the API servers are ready'`
    : `fireaxe undo ${run} --dry-run`;
}

function inForce(held: Standing[]): string {
  const actions = [...new Set(held.map(({ action }) => action))];
  return actions.length > 0 ? `; in force: ${actions.join(', ')}` : '';
}

/** Percent of the answers of all servers since their start that were 5xx or 429. */
export function errorPercent({ servers }: ClusterReading): number {
  const total = servers.reduce((n, server) => n + (server.requests ?? 0), 0);
  const errors = servers.reduce((n, server) => n + (server.errors ?? 0), 0);
  return total > 0 ? Math.round((100 * errors) / total) : 0;
}

/** The likeliest of those that stand out. */
export function likeliest(offenders: Offender[]): Offender | undefined {
  return offenders.find(({ reasons }) => reasons.length > 0);
}
