import { formatDuration } from '../../base/duration.ts';
import { type ClientTrend, growthText } from '../../forecast/clients.ts';
import { at } from '../../forecast/growth.ts';
import type { Capacity, Predicted, Trends } from '../../forecast/predict.ts';
import type { Growth, Load } from '../../forecast/types.ts';
import { bytesText } from '../../who/reasons.ts';
import { table } from '../output.ts';

const MOST_ROWS = 10;

/** What was measured, the requests that weigh most at the largest size, its clients, and the verdict for each size. */
export function forecastLines(
  trends: Trends,
  clients: ClientTrend[],
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
    '',
    ...sizeLines(sizes, capacity),
    `at ${most.share}% of the capacity: ${number(most.nodes)} nodes`,
    ...assumptions(trends),
  ];
}

function measuredLines({ measured }: Trends): string[] {
  return measured.map(
    ({ nodes, servers, seconds, seats, seatsInUse }) =>
      `measured: ${number(nodes)} nodes, ${servers} API ${servers === 1 ? 'server' : 'servers'}, ${formatDuration(seconds * 1000)}; ${number(seatsInUse)} of ${number(seats)} seats in use`,
  );
}

function requestLines({ trends }: Trends, nodes: number): string[] {
  const weighed = trends.toSorted((a, b) => weight(b, nodes) - weight(a, nodes));
  const rows = weighed
    .slice(0, MOST_ROWS)
    .map(({ load, calls, inFlight, watches }) => [
      requestText(load),
      number(at(calls, nodes)),
      number(at(inFlight, nodes)),
      number(at(watches, nodes)),
      growthText(at(inFlight, nodes) > 0 ? inFlight : at(calls, nodes) > 0 ? calls : watches, nodes),
    ]);
  const head = [`REQUESTS AT ${number(nodes)} NODES`, 'CALLS/S', 'IN FLIGHT', 'WATCHES', 'GROWS'];
  return [...table([head, ...rows]), ...more(trends.length - rows.length)];
}

/** A call in flight weighs more than any number of short ones. */
function weight({ inFlight, calls }: { inFlight: Growth; calls: Growth }, nodes: number): number {
  return at(inFlight, nodes) + at(calls, nodes) / 1e6;
}

function clientLines(clients: ClientTrend[], nodes: number): string[] {
  if (clients.length === 0) return [];
  const rows = clients
    .slice(0, MOST_ROWS)
    .map(({ load, calls }) => [
      load.client!,
      requestText(load),
      number(at(calls, nodes)),
      growthText(calls, nodes),
    ]);
  return [
    '',
    ...table([['CLIENT (AUDIT LOG)', 'REQUEST', 'CALLS/S', 'GROWS'], ...rows]),
    ...more(clients.length - rows.length),
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
    `${number(one.share)}%`,
    one.verdict,
  ]);
  const of = [seats > 0 && `${number(seats)} SEATS`, calls && `${number(calls)} CALLS/S`].filter(Boolean);
  return table([
    ['CLUSTER', 'NODES', 'CALLS/S', 'SEATS', 'WATCHES', 'BYTES', `OF ${of.join(', ')}`, 'VERDICT'],
    ...rows,
  ]);
}

function assumptions({ trends, measured }: Trends): string[] {
  const faster = trends.filter(({ inFlight, calls }) => inFlight.faster || calls.faster);
  return [
    'assumed: as many API servers with as many seats; a request takes as long as it was measured',
    ...(measured.length === 1
      ? ['assumed: each kind of request grows by node, and lists of the whole cluster by its objects, too']
      : []),
    ...faster
      .slice(0, 3)
      .map(({ load }) => `too low: ${requestText(load)} grew faster than the square of the nodes`),
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
