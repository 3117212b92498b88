/** One named check of /readyz or /livez. */
export interface Check {
  name: string;
  ok: boolean;
}

export function checksOf(state: { etcd: boolean; warm: boolean }): Check[] {
  return [
    { name: 'ping', ok: true },
    { name: 'log', ok: true },
    { name: 'etcd', ok: state.etcd },
    { name: 'informer-sync', ok: state.warm },
    { name: 'poststarthook/start-apiserver-admission-initializer', ok: true },
    { name: 'poststarthook/priority-and-fairness-config-consumer', ok: state.warm },
    { name: 'poststarthook/rbac/bootstrap-roles', ok: state.warm },
  ];
}

/** As Kubernetes words it: `ok`, or every check by name where one fails or `?verbose` asks. */
export function healthText(
  endpoint: 'livez' | 'readyz',
  checks: Check[],
  verbose: boolean,
): { code: number; body: string } {
  const failed = checks.some((c) => !c.ok);
  if (!failed && !verbose) return { code: 200, body: 'ok' };
  const lines = checks.map((c) => (c.ok ? `[+]${c.name} ok` : `[-]${c.name} failed: reason withheld`));
  lines.push(`${endpoint} check ${failed ? 'failed' : 'passed'}`);
  return { code: failed ? 500 : 200, body: `${lines.join('\n')}\n` };
}
