import { formatDuration } from '../../base/duration.ts';
import { type ClientTrend, growthText } from '../../forecast/clients.ts';
import { at, isUndecided } from '../../forecast/growth.ts';
import { unevenPace } from '../../forecast/pace.ts';
import { type Capacity, type Predicted, sizeFor, type Trend, type Trends } from '../../forecast/predict.ts';
import type { Load, Measured } from '../../forecast/types.ts';
import type { SeenTrend } from '../../forecast/who.ts';
import { bytesText } from '../../who/reasons.ts';
import { table } from '../output.ts';

const MOST_ROWS = 10;
const MOST_NOTES = 3;

/** What was measured, the requests that weigh most at the largest size, its clients, and the verdict for each size. */
export function forecastLines(
  trends: Trends,
  { clients, connections }: { clients: ClientTrend[]; connections: SeenTrend[] },
  sizes: Predicted[],
  capacity: Capacity,
  most: { share: number; nodes: number },
): string[] {
  const largest = Math.max(...sizes.map(({ nodes }) => nodes));
  return [
    ...measuredLines(trends),
    '',
    ...requestLines(trends, largest),
    ...clientLines(clients, largest),
    ...connectionLines(connections, largest),
    '',
    ...sizeLines(sizes, capacity),
    `at ${most.share}% of the capacity: ${number(most.nodes)} nodes`,
    ...assumptions(trends, largest),
  ];
}

function measuredLines({ measured }: Trends): string[] {
  return measured.flatMap(({ cluster, nodes, servers, seconds, seats, seatsInUse, objects }) => [
    `measured: ${cluster === undefined ? '' : `${cluster}, `}${number(nodes)} nodes, ${servers} API ${servers === 1 ? 'server' : 'servers'}, ${formatDuration(seconds * 1000)}; ${number(seatsInUse)} of ${number(seats)} seats in use`,
    ...countLine(nodes, objects.get('nodes')),
  ]);
}

/** An API server counts its objects each minute: it may be behind, or the number of nodes that was given is wrong. */
function countLine(nodes: number, counted: number | undefined): string[] {
  if (counted === undefined || Math.abs(counted - nodes) <= 0.1 * nodes) return [];
  return [
    `  its API servers counted ${number(counted)} nodes, not ${number(nodes)}: what grows by node is uncertain`,
  ];
}

function requestLines({ trends }: Trends, nodes: number): string[] {
  const weighed = byWeight(trends, nodes);
  const rows = weighed.slice(0, MOST_ROWS).map((trend) => {
    const { load, calls, inFlight, watches } = trend;
    const size = sizeFor(trend, nodes);
    return [
      requestText(load),
      number(at(calls, size)),
      number(at(inFlight, size)),
      number(at(watches, size)),
      growthText(at(inFlight, size) > 0 ? inFlight : at(calls, size) > 0 ? calls : watches, size),
    ];
  });
  const head = [`REQUESTS AT ${number(nodes)} NODES`, 'CALLS/S', 'IN FLIGHT', 'WATCHES', 'GROWS'];
  return [...table([head, ...rows]), ...more(trends.length - rows.length)];
}

/** A call in flight weighs more than any number of short ones. */
function byWeight(trends: Trend[], nodes: number): Trend[] {
  const weight = (trend: Trend) => {
    const size = sizeFor(trend, nodes);
    return at(trend.inFlight, size) + at(trend.calls, size) / 1e6;
  };
  return trends.toSorted((a, b) => weight(b) - weight(a));
}

function clientLines(clients: ClientTrend[], nodes: number): string[] {
  if (clients.length === 0) return [];
  const rows = clients
    .slice(0, MOST_ROWS)
    .map(({ load, calls }) => [
      load.client!,
      requestText(load),
      number(at(calls, { nodes })),
      growthText(calls, { nodes }),
    ]);
  return [
    '',
    ...table([['CLIENT (AUDIT LOG)', 'REQUEST', 'CALLS/S', 'GROWS'], ...rows]),
    ...more(clients.length - rows.length),
  ];
}

function connectionLines(connections: SeenTrend[], nodes: number): string[] {
  if (connections.length === 0) return [];
  const rows = connections
    .slice(0, MOST_ROWS)
    .map(({ client, connections: growth, bytes }) => [
      client,
      number(at(growth, { nodes })),
      `${bytesText(at(bytes, { nodes }))}/s`,
      growthText(growth, { nodes }),
    ]);
  return [
    '',
    ...table([['CLIENT (WHO)', 'CONNECTIONS', 'BYTES', 'GROWS'], ...rows]),
    ...more(connections.length - rows.length),
  ];
}

function sizeLines(sizes: Predicted[], { seats, calls }: Capacity): string[] {
  const rows = sizes.map((one) => [
    one.name,
    number(one.nodes),
    number(one.callsPerSecond),
    number(one.seatsInUse),
    number(one.watches),
    `${bytesText(one.bytesPerSecond)}/s`,
    shareText(one),
    one.verdict,
  ]);
  const of = [seats > 0 && `${number(seats)} SEATS`, calls && `${number(calls)} CALLS/S`].filter(Boolean);
  return table([
    ['CLUSTER', 'NODES', 'CALLS/S', 'SEATS', 'WATCHES', 'BYTES', `OF ${of.join(', ')}`, 'VERDICT'],
    ...rows,
  ]);
}

/** `12%`, and `12% to 410%` where the sizes that were measured do not tell by which law it grows. */
export function shareText({ share, shareUpTo }: Pick<Predicted, 'share' | 'shareUpTo'>): string {
  const [low, high] = [number(share), number(shareUpTo)];
  return low === high ? `${low}%` : `${low}% to ${high}%`;
}

function assumptions({ trends, measured }: Trends, nodes: number): string[] {
  const heavy = byWeight(trends, nodes);
  const faster = heavy.filter(({ inFlight, calls }) => inFlight.faster || calls.faster);
  return [
    'assumed: as many API servers with as many seats; a request takes as long as it was measured',
    ...(measured.length === 1
      ? [
          'assumed: each kind of request grows by node, and lists of the whole cluster by its objects, too',
          'one size tells nothing of growth: measure a second one',
        ]
      : [
          ...objectLines(heavy, nodes),
          ...undecidedLines(heavy, measured.length, nodes),
          ...unevenLines(measured),
        ]),
    ...faster
      .slice(0, MOST_NOTES)
      .map(({ load }) => `too low: ${requestText(load)} grew faster than the square of the nodes`),
  ];
}

/** How many objects the prediction takes for given. */
function objectLines(trends: Trend[], nodes: number): string[] {
  const resources = new Map(
    trends.flatMap(({ load, objects, inFlight, calls }) =>
      objects && [inFlight, calls].some((growth) => growth.perObject + growth.perNodeAndObject > 0)
        ? [[load.resource.split('/')[0]!, at(objects, { nodes })]]
        : [],
    ),
  );
  const counts = [...resources].slice(0, MOST_NOTES).map(([name, count]) => `${number(count)} ${name}`);
  return counts.length > 0 ? [`assumed at ${number(nodes)} nodes: ${counts.join(', ')}`] : [];
}

function undecidedLines(trends: Trend[], sizes: number, nodes: number): string[] {
  const undecided = trends.filter((trend) =>
    [trend.inFlight, trend.calls].some((growth) => isUndecided(growth, sizeFor(trend, nodes))),
  );
  if (undecided.length === 0) return [];
  const names = undecided.slice(0, MOST_NOTES).map(({ load }) => requestText(load));
  return [
    `undecided: ${sizes} sizes do not tell how ${names.join(', ')} ${undecided.length === 1 ? 'grows' : 'grow'}${undecided.length > names.length ? `, and ${undecided.length - names.length} more` : ''}: measure another size`,
  ];
}

function unevenLines(measured: Measured[]): string[] {
  const uneven = unevenPace(measured);
  if (!uneven) return [];
  const { slowest, quickest, times } = uneven;
  return [
    `uncertain: a request for one object took ${number(times)} times as long at ${number(slowest)} nodes as at ${number(quickest)}: the seats are predicted with these times; measure both at the same load`,
  ];
}

const requestText = ({ verb, resource, scope }: Load): string =>
  [verb, resource, scope === 'cluster' ? '(all)' : scope === 'namespace' ? '(namespace)' : '']
    .filter(Boolean)
    .join(' ');

const more = (n: number): string[] => (n > 0 ? [`and ${n} more`] : []);

/** Three digits are enough: `0.04`, `2.5`, `150,000`. */
function number(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(2)));
}
