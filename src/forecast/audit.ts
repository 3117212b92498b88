import { usage } from '../base/errors.ts';
import { keyOf, type Load, noLoad } from './types.ts';

/** One event as the API server writes it, as far as it is read here (audit.k8s.io/v1). */
interface AuditEvent {
  stage?: string;
  verb?: string;
  user?: { username?: string };
  userAgent?: string;
  sourceIPs?: string[];
  objectRef?: { resource?: string; subresource?: string; namespace?: string; name?: string };
  requestURI?: string;
  requestReceivedTimestamp?: string;
}

export interface Audited {
  /** Calls by client, verb and resource; only `callsPerSecond` is known. */
  loads: Map<string, Load>;
  /** From how many addresses each client called. */
  addresses: Map<string, number>;
  seconds: number;
  events: number;
}

/**
 * The calls that audit logs of one cluster tell, by client. What the audit policy leaves out is not seen.
 * Throws a usage error at the first line that is not an event, and where the events span less than a second.
 */
export async function audited(lines: AsyncIterable<string>, file: string): Promise<Audited> {
  const counts = new Map<string, Load>();
  const addresses = new Map<string, Set<string>>();
  let [first, last, events, at] = [Infinity, -Infinity, 0, 0];
  for await (const line of lines) {
    at++;
    if (line.trim() === '') continue;
    const event = eventOf(line, `${file}:${at}:1`);
    const time = Date.parse(event.requestReceivedTimestamp ?? '');
    // Each request has several stages; a watch has an end only once it is over.
    if (event.stage !== 'ResponseComplete' || Number.isNaN(time)) continue;
    events++;
    first = Math.min(first, time);
    last = Math.max(last, time);
    const load = loadOf(event);
    const known = counts.get(keyOf(load)) ?? load;
    known.callsPerSecond++;
    counts.set(keyOf(known), known);
    const from = addresses.get(load.client!) ?? new Set();
    addresses.set(load.client!, from.add(event.sourceIPs?.[0] ?? ''));
  }
  const seconds = (last - first) / 1000;
  if (!(seconds >= 1))
    throw usage('the audit log spans less than a second', { place: file, expected: 'a minute or more' });
  for (const load of counts.values()) load.callsPerSecond /= seconds;
  const many = [...addresses].map(([client, { size }]) => [client, size] as const);
  return { loads: counts, addresses: new Map(many), seconds, events };
}

function eventOf(line: string, place: string): AuditEvent {
  try {
    const event: unknown = JSON.parse(line);
    if (typeof event === 'object' && event !== null && 'auditID' in event) return event as AuditEvent;
  } catch {
    // Told below.
  }
  throw usage('not an event of an audit log', {
    place,
    expected: 'one JSON object a line, as --audit-log-path writes them',
  });
}

function loadOf({ user, userAgent, verb = '', objectRef, requestURI = '' }: AuditEvent): Load {
  const { resource, subresource, namespace, name } = objectRef ?? {};
  return {
    client: clientName(user?.username ?? 'unknown', userAgent ?? ''),
    verb: verb.toUpperCase(),
    resource: [resource, subresource].filter(Boolean).join('/') || requestURI.split('?')[0]!,
    scope: name ? 'resource' : namespace ? 'namespace' : 'cluster',
    ...noLoad(),
  };
}

/** Users that differ from node to node are one client; the agent tells programs of one user apart. */
function clientName(user: string, agent: string): string {
  const who = user.replace(/^system:node:.*/, 'system:node:*').replace(/^system:serviceaccount:/, '');
  const program = /^[^\s/]+/.exec(agent)?.[0];
  return program && !who.endsWith(program) ? `${who} (${program})` : who;
}
