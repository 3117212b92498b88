import { isIP } from 'node:net';
import { foldLine } from '../base/fold-names.ts';
import type { Outcome } from '../transport/types.ts';
import type { ToldOfDns } from './audit/audit.ts';
import { aheadMs, type ClockReading } from './clock.ts';
import type { Finding } from './types.ts';

/** What nodes told besides that they let us in. */
export interface Told {
  dns: ToldOfDns;
  clocks: ClockReading[];
  /** Their admin credentials need a helper, or they resolve names by the DNS of their own cluster. */
  leaning: Finding[];
}

/** Reads what the no-op brought back. */
export function toldBy(cluster: string, outcomes: readonly Outcome[]): Told {
  const answered = outcomes.flatMap((outcome) =>
    outcome.state === 'ok' && outcome.result?.data ? [{ outcome, data: outcome.result.data }] : [],
  );
  const words = answered.flatMap(({ data }) => (data.dns ?? '').split(' '));
  const dns = words.map((word) => word.slice(word.indexOf('=') + 1)).filter((address) => isIP(address) !== 0);
  const domain = answered
    .map(({ data }) => data.domain ?? '')
    .find((one) => /^[a-z0-9.-]+\.[a-z0-9-]+$/i.test(one));
  return {
    dns: { dns: [...new Set(dns)], domain },
    clocks: answered.flatMap(({ outcome, data }) => {
      if (!/^\d{1,12}$/.test(data.clock ?? '')) return [];
      const [fromMs, toMs] = [outcome.startedAt, outcome.endedAt].map((at) => Date.parse(at)) as [
        number,
        number,
      ];
      return [
        {
          of: `${outcome.target} of ${cluster}`,
          aheadMs: aheadMs(Number(data.clock) * 1_000, { fromMs, toMs }),
        },
      ];
    }),
    leaning: [
      ...answered.flatMap(({ outcome, data }) => helperOf(cluster, outcome.target, data.helper)),
      ...resolversOf(cluster, dns, answered),
    ],
  };
}

/** SSM's agent finds its service by name, and a login may wait for a name, too. */
function resolversOf(
  cluster: string,
  dns: string[],
  answered: readonly { outcome: Outcome; data: Record<string, string> }[],
): Finding[] {
  const own = ({ resolvers = '' }: Record<string, string>) =>
    resolvers.split(' ').filter((one) => one !== '');
  const nodes = answered.filter(
    ({ data }) => own(data).length > 0 && own(data).every((one) => dns.includes(one)),
  );
  if (nodes.length === 0) return [];
  const names = foldLine([...new Set(nodes.map(({ outcome }) => outcome.target))]);
  const [server] = own(nodes[0]!.data) as [string];
  const bySsm = answered.some(({ outcome }) => outcome.via === 'ssm');
  return [
    {
      check: 'dependencies',
      state: bySsm ? 'red' : 'amber',
      clusters: [cluster],
      what: `${names} resolve names by ${server}: the DNS of ${cluster}`,
      chain: [
        bySsm ? "SSM's agent on the node" : 'logins on the node',
        `/etc/resolv.conf of ${names}`,
        server,
        `the DNS of ${cluster}`,
      ],
      next: 'name a resolver outside of the cluster in /etc/resolv.conf of the nodes',
    },
  ];
}

function helperOf(cluster: string, node: string, helper: string | undefined): Finding[] {
  const [, file, command] = /^(\S+) (.+)$/.exec(helper ?? '') ?? [];
  if (file === undefined || command === undefined) return [];
  return [
    {
      check: 'dependencies',
      state: 'red',
      clusters: [cluster],
      what: `the admin credentials on ${node} need a helper on that node: ${command}`,
      chain: ['kubectl and scale', `${node}:${file}`, `exec ${command}`],
      next: 'name a kubeconfig with a client certificate first: kubernetes.kubeconfigs in kit.yaml',
    },
  ];
}
