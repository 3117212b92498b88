import { expect, test } from 'vitest';
import { checksOf, healthText } from '../../../src/drill/control-plane/health.ts';
import { ServerMetrics } from '../../../src/drill/control-plane/metrics.ts';

test('a healthy server says ok, and every check where asked', () => {
  const checks = checksOf({ etcd: true, warm: true });
  expect(healthText('readyz', checks, false)).toEqual({ code: 200, body: 'ok' });
  expect(healthText('readyz', checks, true).body).toContain('[+]etcd ok\n');
  expect(healthText('readyz', checks, true).body).toMatch(/\nreadyz check passed\n$/);
});

test('a failing one names what fails without being asked', () => {
  const { code, body } = healthText('livez', checksOf({ etcd: false, warm: true }), false);
  expect(code).toBe(500);
  expect(body).toContain('[-]etcd failed: reason withheld\n');
  expect(body).toMatch(/\nlivez check failed\n$/);
});

test('metrics have the names and the shape of Kubernetes', () => {
  const metrics = new ServerMetrics();
  metrics.count('list', 'pods', 200);
  metrics.count('list', 'pods', 429);
  metrics.count('list', 'pods', 429);
  const text = metrics.text({ readOnly: 3, mutating: 1, memoryBytes: 1e9 });
  expect(text).toContain('apiserver_current_inflight_requests{request_kind="readOnly"} 3\n');
  expect(text).toContain(
    'apiserver_request_total{code="429",component="apiserver",resource="pods",verb="LIST"} 2\n',
  );
  expect(text).toMatch(/^apiserver_flowcontrol_rejected_requests_total\{.*\} 2$/m);
  expect(text).toMatch(/^process_start_time_seconds \d+\.\d+$/m);
  expect(text).toContain('process_resident_memory_bytes 1000000000\n');
  for (const line of text.trim().split('\n')) expect(line).toMatch(/^(#|[a-z_]+(\{[^}]*\})? [\d.]+$)/);
});
