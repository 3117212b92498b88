import { usage } from '../base/errors.ts';
import { type Sample, samplesOf } from './samples.ts';
import { type Figure, keyOf, type Load, noLoad } from './types.ts';

/** The counters of one API server at one moment. */
export interface ServerCounters {
  file: string;
  /** Tells servers, and lives of one server, apart. */
  startedAt: number;
  /** Since its start, or of the window. */
  seconds: number;
  /** All of it was counted within a window of its life, not since its start: windows add up. */
  window?: true;
  /** Stored objects by resource, as far as the dump tells. */
  objects: Map<string, number>;
  seats: number;
  /** Seats in use times seconds, since its start. */
  seatSeconds: number;
  /** Of `callsPerSecond`, `inFlight` and `bytesPerSecond`, the sums since its start. */
  sums: Map<string, Load>;
}

const SEATS = 'apiserver_flowcontrol_priority_level_seat_utilization';
/** In what Fireaxe saves of a window. */
export const WINDOW = 'fireaxe_forecast_window_seconds';
const METRICS = new Set([
  WINDOW,
  'process_start_time_seconds',
  'apiserver_request_total',
  'apiserver_request_duration_seconds_sum',
  'apiserver_response_sizes_sum',
  'apiserver_longrunning_requests',
  'apiserver_resource_objects',
  'apiserver_storage_objects',
  'apiserver_flowcontrol_nominal_limit_seats',
  'apiserver_flowcontrol_current_limit_seats',
  `${SEATS}_sum`,
  `${SEATS}_count`,
]);

/** They take as long as the client wants, and hold no seat meanwhile. */
const LONG = /^(WATCH|WATCHLIST|CONNECT)$/;

/** The same without requests in flight where they are long. */
export const withoutLong = (load: Load): Load => (LONG.test(load.verb) ? { ...load, inFlight: 0 } : load);

/**
 * Reads a dump of an API server's `/metrics` (1.26 and later). Its age is in it: the utilization of each priority level is
 * observed every nanosecond, so that the count of the observations is the time since the start.
 * Source: k8s.io/apiserver/pkg/util/flowcontrol/metrics, `priority_level_seat_utilization`.
 */
export function serverCounters(text: string, file: string): ServerCounters {
  const samples = samplesOf(text, METRICS, file);
  const of = (name: string) => samples.filter((sample) => sample.name === name);
  const seconds = Math.max(0, ...of(`${SEATS}_count`).map(({ value }) => value / 1e9));
  const startedAt = of('process_start_time_seconds')[0]?.value;
  if (!(seconds > 0) || startedAt === undefined || of('apiserver_request_total').length === 0)
    throw usage('these are not the metrics of an API server', {
      place: file,
      expected: `apiserver_request_total, process_start_time_seconds and ${SEATS}, as API servers from 1.26 write them`,
      next: 'kubectl get --raw /metrics > FILE',
    });
  return {
    file,
    startedAt,
    seconds,
    ...(of(WINDOW).length > 0 && { window: true }),
    objects: objectsOf(of),
    seats: sum(of('apiserver_flowcontrol_nominal_limit_seats')),
    seatSeconds: seatSecondsOf(of),
    sums: sumsOf(of),
  };
}

type Of = (name: string) => Sample[];

const sum = (samples: Sample[]): number => samples.reduce((all, { value }) => all + value, 0);

/** Releases before 1.34 write `deployments.apps`; resources of one name are taken together, as requests name no group here. */
function objectsOf(of: Of): Map<string, number> {
  const counts = new Map<string, number>();
  const now = of('apiserver_resource_objects');
  for (const { labels, value } of now.length > 0 ? now : of('apiserver_storage_objects')) {
    const name = labels.resource?.split('.')[0] ?? '';
    // A resource that could not be counted has -1.
    if (name !== '' && value >= 0) counts.set(name, (counts.get(name) ?? 0) + value);
  }
  return counts;
}

function seatSecondsOf(of: Of): number {
  const by = (name: string) =>
    new Map(
      of(name)
        .filter(({ labels }) => (labels.phase ?? 'executing') === 'executing')
        .map(({ labels, value }) => [labels.priority_level ?? '', value] as const),
    );
  const utilization = by(`${SEATS}_sum`);
  const limits = by('apiserver_flowcontrol_current_limit_seats');
  return [...utilization].reduce((all, [level, value]) => all + (value / 1e9) * (limits.get(level) ?? 0), 0);
}

function sumsOf(of: Of): Map<string, Load> {
  const sums = new Map<string, Load>();
  const add = (name: string, field: Figure) => {
    for (const { labels, value } of of(name)) {
      const load = loadOf(labels);
      const key = keyOf(load);
      const known = sums.get(key) ?? load;
      sums.set(key, withoutLong({ ...known, [field]: known[field] + value }));
    }
  };
  add('apiserver_request_total', 'callsPerSecond');
  add('apiserver_request_duration_seconds_sum', 'inFlight');
  add('apiserver_response_sizes_sum', 'bytesPerSecond');
  add('apiserver_longrunning_requests', 'watches');
  return sums;
}

function loadOf({ verb = '', resource = '', subresource = '', scope = '' }: Sample['labels']): Load {
  return { verb, resource: [resource, subresource].filter(Boolean).join('/') || '-', scope, ...noLoad() };
}
