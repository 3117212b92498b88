import { stringify } from 'yaml';
import type { Cluster } from './cluster.ts';
import { PORT } from './layout.ts';

const NAME = 'throttled';
const API_VERSION = 'flowcontrol.apiserver.k8s.io/v1';

/**
 * An account whose every request the API servers reject with 429, by their own priority and fairness: an overload that is the
 * same on any machine. Its clients are loops of lists from the machines of the cluster.
 */
export class Throttled {
  readonly #cluster: Cluster;
  readonly #at = new Set<string>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
  }

  async prepare(): Promise<void> {
    await this.#cluster.apply(OBJECTS.map((object) => stringify(object)).join('---\n'));
  }

  /** Starts loops on a machine, against one API server; each asks about five times a second. */
  async start(at: string, server: string, loops: number): Promise<void> {
    const token = await this.#cluster.asked(`create token ${NAME} -n default --duration 1h`);
    const config = await this.#cluster.sh('cp1', 'cat /etc/kubernetes/super-admin.conf');
    const { address } = this.#cluster.at(server).spec;
    const text = config
      .replace(/^.*client-(certificate|key)-data:.*\n?/gm, '')
      .replace(/\n*$/, `\n    token: ${token}\n`);
    const ran = await this.#cluster.at(at).sh(
      `umask 77; cat >/root/${NAME}.conf; systemctl stop ${NAME} 2>/dev/null
      systemd-run -q --collect --unit=${NAME} -p StandardOutput=null /opt/offender/telemetryd -kubeconfig /root/${NAME}.conf -server https://${address}:${PORT} -n ${loops}`,
      { stdin: text },
    );
    if (ran.code !== 0) throw new Error(ran.stderr);
    this.#at.add(at);
  }

  async stop(): Promise<void> {
    for (const at of this.#at) await this.#cluster.sh(at, `systemctl stop ${NAME}; rm -f /root/${NAME}.conf`);
    this.#at.clear();
  }

  async remove(): Promise<void> {
    await this.stop();
    for (const kind of ['flowschema', 'prioritylevelconfiguration']) {
      await this.#cluster.asked(`delete ${kind} ${NAME} --ignore-not-found`);
    }
    await this.#cluster.asked(`delete serviceaccount ${NAME} -n default --ignore-not-found`);
  }
}

const OBJECTS = [
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: NAME, namespace: 'default' } },
  {
    apiVersion: API_VERSION,
    kind: 'PriorityLevelConfiguration',
    metadata: { name: NAME },
    spec: {
      type: 'Limited',
      limited: {
        nominalConcurrencyShares: 0,
        lendablePercent: 0,
        borrowingLimitPercent: 0,
        limitResponse: { type: 'Reject' },
      },
    },
  },
  {
    apiVersion: API_VERSION,
    kind: 'FlowSchema',
    metadata: { name: NAME },
    spec: {
      priorityLevelConfiguration: { name: NAME },
      matchingPrecedence: 100,
      rules: [
        {
          subjects: [{ kind: 'ServiceAccount', serviceAccount: { name: NAME, namespace: 'default' } }],
          resourceRules: [
            { verbs: ['*'], apiGroups: ['*'], resources: ['*'], namespaces: ['*'], clusterScope: true },
          ],
        },
      ],
    },
  },
];
