import type { Target } from '../kit/types.ts';
import type { Outcome } from '../transport/types.ts';
import type { Client, Count, NodeReading, Served, Where } from './types.ts';

/** One node's result line as a reading. Every word is the node's: what is not in its form is left out. */
export function readNode(target: Target, outcome: Outcome | undefined): NodeReading {
  const controlPlane = target.roles.includes('control-plane');
  // A script that ended at its deadline tells what it had read until then.
  const { data } = outcome?.result ?? {};
  const note = outcome?.result?.note ?? outcome?.reason?.message;
  const common = { node: target.name, controlPlane, ...(note && { note }) };
  if (data?.clients === undefined) {
    return {
      ...common,
      reached: false,
      ...(outcome && { outcome: outcome.state }),
      clients: [],
      connections: 0,
      ended: 0,
    };
  }
  const [connections = 0, unowned = 0, closed = 0] = numbers(data.clients);
  const served = controlPlane ? servedBy(data) : undefined;
  return {
    ...common,
    reached: true,
    clients: clientsOf(data),
    connections,
    ended: unowned + closed,
    ...(served && { served }),
  };
}

function numbers(text: string | undefined): number[] {
  return (text ?? '').split(' ').map((word) => (/^\d{1,15}$/.test(word) ? Number(word) : 0));
}

/** `t1`, `t2` … in order. */
function listed(data: Record<string, string>, key: string): [text: string, index: number][] {
  const found: [string, number][] = [];
  for (let i = 1; i <= 20; i++) {
    const text = data[`${key}${i}`];
    if (text !== undefined) found.push([text, i]);
  }
  return found;
}

/** In the order in which sum.sh prints them; kind, id and name follow. */
const FIELDS = [
  ...([
    'connections',
    'opened',
    'waiting',
    'failed',
    'bytesPerSecond',
    'sent',
    'received',
    'segments',
  ] as const),
  ...(['age', 'cpuSeconds', 'processes', 'named'] as const),
];

function clientsOf(data: Record<string, string>): Client[] {
  const clients = listed(data, 't').flatMap(([text, i]): Client[] => {
    const words = text.split('|');
    const [kind = '', id = '', ...name] = words.slice(FIELDS.length);
    const counted = words.slice(0, FIELDS.length);
    if (!counted.every((word) => /^-?\d{1,15}$/.test(word)) || !isKind(kind) || name.join('') === '')
      return [];
    const { age, ...values } = Object.fromEntries(
      FIELDS.map((field, at) => [field, Number(counted[at])]),
    ) as Record<(typeof FIELDS)[number], number>;
    return [
      {
        name: name.join('|'),
        where: { kind, id },
        labels: labelsOf(data[`l${i}`]),
        ...values,
        ...(age >= 0 && { ageSeconds: age }),
        named: Math.max(values.named, values.processes),
      },
    ];
  });
  // A pod may be told for its connections, and again for its age.
  const key = ({ name, where }: Client) => `${where.id} ${name}`;
  return clients.filter((one, i) => clients.findIndex((other) => key(other) === key(one)) === i);
}

const isKind = (word: string): word is Where['kind'] => ['pod', 'unit', 'process'].includes(word);

/** A text that was cut to its length ends in a label that may be cut, too. */
const LONGEST = 200;

function labelsOf(text = ''): Record<string, string> {
  const words = text.split(',');
  if (text.length >= LONGEST) words.pop();
  const pairs = words.map((word) => /^([A-Za-z0-9./_-]+)=([A-Za-z0-9._-]*)$/.exec(word));
  return Object.fromEntries(pairs.flatMap((pair) => (pair ? [[pair[1]!, pair[2]!]] : [])));
}

function servedBy(data: Record<string, string>): Served {
  const [connections = 0, addresses = 0] = numbers(data.served);
  return {
    answers: data.answers !== 'no',
    connections,
    addresses,
    peers: listed(data, 'peer').flatMap(([text]) => {
      const match = /^(\d+) (\d+) ([0-9a-fA-F.:%a-z]+)$/.exec(text);
      return match ? [{ name: match[3]!, count: Number(match[1]), bytes: Number(match[2]) }] : [];
    }),
    users: counts(data, 'user'),
    rejected: counts(data, 'reject'),
    requests: counts(data, 'verb'),
    audit: counts(data, 'audit'),
  };
}

function counts(data: Record<string, string>, key: string): Count[] {
  return listed(data, key).flatMap(([text]) => {
    const match = /^(\d{1,15}) (.+)$/.exec(text);
    return match ? [{ name: match[2]!.trim(), count: Number(match[1]) }] : [];
  });
}
