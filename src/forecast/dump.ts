import { type ServerCounters, WINDOW } from './server.ts';

/** What was counted within a window, as a dump of `/metrics` that tells the same, and that it is of a window. */
export function dumpText({ startedAt, seconds, seats, seatSeconds, objects, sums }: ServerCounters): string {
  const level = 'priority_level="all"';
  const utilization = 'apiserver_flowcontrol_priority_level_seat_utilization';
  const kinds = [...sums.values()].flatMap((load) => {
    const labels = labelsOf({
      resource: load.resource === '-' ? '' : load.resource,
      scope: load.scope,
      verb: load.verb,
    });
    return [
      `apiserver_request_total${labels} ${load.callsPerSecond}`,
      `apiserver_request_duration_seconds_sum${labels} ${load.inFlight}`,
      `apiserver_response_sizes_sum${labels} ${load.bytesPerSecond}`,
      `apiserver_longrunning_requests${labels} ${load.watches}`,
    ];
  });
  return `${[
    `# ${seconds.toFixed(0)} s of an API server, added up by fireaxe forecast`,
    `process_start_time_seconds ${startedAt}`,
    `${WINDOW} ${seconds}`,
    `apiserver_flowcontrol_nominal_limit_seats{${level}} ${seats}`,
    `apiserver_flowcontrol_current_limit_seats{${level}} ${seats}`,
    `${utilization}_sum{phase="executing",${level}} ${seats > 0 ? (seatSeconds / seats) * 1e9 : 0}`,
    `${utilization}_count{phase="executing",${level}} ${seconds * 1e9}`,
    ...[...objects].map(([resource, count]) => `apiserver_storage_objects${labelsOf({ resource })} ${count}`),
    ...kinds,
  ].join('\n')}\n`;
}

function labelsOf(labels: Record<string, string>): string {
  const words = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`,
  );
  return `{${words.join(',')}}`;
}
