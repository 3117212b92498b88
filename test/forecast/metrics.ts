/** What an API server writes that made these calls in so many seconds, every one of them `took` seconds long. */
export function metricsOf({
  calls = {} as Record<string, { count: number; took: number; watches?: number }>,
  seconds = 100,
  seats = 600,
  nodes = undefined as number | undefined,
  startedAt = 1_796_034_032,
}): string {
  const lines = Object.entries(calls).flatMap(([name, { count, took, watches = 0 }]) => {
    const [verb, resource, scope = 'cluster'] = name.split(' ');
    const labels = `{component="apiserver",resource="${resource}",scope="${scope}",subresource="",verb="${verb}"}`;
    return [
      `apiserver_request_total${labels} ${count}`,
      `apiserver_request_duration_seconds_sum${labels} ${count * took}`,
      `apiserver_response_sizes_sum${labels} ${count * 1000}`,
      ...(watches > 0 ? [`apiserver_longrunning_requests${labels} ${watches}`] : []),
    ];
  });
  const level = '{priority_level="global-default"}';
  const utilization = 'apiserver_flowcontrol_priority_level_seat_utilization';
  const busy = Object.values(calls).reduce((sum, { count, took }) => sum + count * took, 0);
  return `${[
    '# HELP apiserver_request_total [STABLE] Counter of apiserver requests',
    `process_start_time_seconds ${startedAt}`,
    ...lines,
    ...(nodes === undefined ? [] : [`apiserver_storage_objects{resource="nodes"} ${nodes}`]),
    `apiserver_flowcontrol_nominal_limit_seats${level} ${seats}`,
    `apiserver_flowcontrol_current_limit_seats${level} ${seats}`,
    `${utilization}_sum{phase="executing",priority_level="global-default"} ${(busy / seats) * 1e9}`,
    `${utilization}_count{phase="executing",priority_level="global-default"} ${seconds * 1e9}`,
  ].join('\n')}\n`;
}
