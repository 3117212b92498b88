/** What one API server counts, under Kubernetes' own names. */
export class ServerMetrics {
  readonly startedAt = Date.now();
  readonly #requests = new Map<string, number>();
  #rejected = 0;
  #etcdSum = 0;
  #etcdCount = 0;

  count(verb: string, resource: string, code: number): void {
    const labels = `code="${code}",component="apiserver",resource="${resource}",verb="${verb.toUpperCase()}"`;
    this.#requests.set(labels, (this.#requests.get(labels) ?? 0) + 1);
    if (code === 429) this.#rejected++;
  }

  etcd(seconds: number): void {
    this.#etcdSum += seconds;
    this.#etcdCount++;
  }

  /** Requests answered with a code that passes. */
  total(passes: (code: number) => boolean): number {
    return [...this.#requests]
      .filter(([labels]) => passes(Number(/code="(\d+)"/.exec(labels)?.[1])))
      .reduce((sum, [, n]) => sum + n, 0);
  }

  text(now: { readOnly: number; mutating: number; memoryBytes: number }): string {
    return [
      '# HELP apiserver_current_inflight_requests Maximal number of currently used inflight request limit of this apiserver per request kind in last second.',
      '# TYPE apiserver_current_inflight_requests gauge',
      `apiserver_current_inflight_requests{request_kind="mutating"} ${now.mutating}`,
      `apiserver_current_inflight_requests{request_kind="readOnly"} ${now.readOnly}`,
      '# TYPE apiserver_request_total counter',
      ...[...this.#requests].map(([labels, n]) => `apiserver_request_total{${labels}} ${n}`),
      '# TYPE apiserver_flowcontrol_rejected_requests_total counter',
      `apiserver_flowcontrol_rejected_requests_total{flow_schema="global-default",priority_level="global-default",reason="queue-full"} ${this.#rejected}`,
      '# TYPE apiserver_flowcontrol_current_inqueue_requests gauge',
      'apiserver_flowcontrol_current_inqueue_requests{flow_schema="global-default",priority_level="global-default"} 0',
      '# TYPE etcd_request_duration_seconds histogram',
      `etcd_request_duration_seconds_sum{operation="get",type="/registry/pods/"} ${this.#etcdSum.toFixed(6)}`,
      `etcd_request_duration_seconds_count{operation="get",type="/registry/pods/"} ${this.#etcdCount}`,
      '# TYPE process_resident_memory_bytes gauge',
      `process_resident_memory_bytes ${Math.round(now.memoryBytes)}`,
      '# TYPE process_start_time_seconds gauge',
      `process_start_time_seconds ${(this.startedAt / 1000).toFixed(2)}`,
      '',
    ].join('\n');
  }
}
