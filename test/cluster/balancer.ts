import type { Cluster } from './cluster.ts';
import { addressOf, PORT } from './layout.ts';
import { eventually } from './patience.ts';
import { listening } from './truth.ts';

const FILE = '/run/balancer.cfg';

/** HAProxy on a control-plane machine, in TCP mode: the API servers see its clients under the machine's own address. */
export class Balancer {
  readonly #cluster: Cluster;
  readonly #at: string;

  constructor(cluster: Cluster, at: string) {
    this.#cluster = cluster;
    this.#at = at;
  }

  /** Listens at `end`, such as `*:8443`, for the API servers of these machines. */
  async start(end: string, servers: string[]): Promise<void> {
    const config = `defaults
  mode tcp
  timeout connect 2s
  timeout client 1h
  timeout server 1h
listen api
  bind ${end}
${servers.map((name) => `  server ${name} ${addressOf(this.#cluster.facts.net, name)}:${PORT}\n`).join('')}`;
    const ran = await this.#cluster
      .at(this.#at)
      .sh(`cat >${FILE}; systemd-run -q --collect --unit=balancer haproxy -db -f ${FILE}`, { stdin: config });
    if (ran.code !== 0) throw new Error(`no balancer: ${ran.stderr}`);
    await eventually(
      `HAProxy listens at ${end}`,
      async () => (await listening(this.#cluster, this.#at, 'haproxy')).length === 1,
      10_000,
    );
  }

  stop(): Promise<string> {
    return this.#cluster.sh(this.#at, `systemctl stop balancer; rm -f ${FILE}`);
  }

  /** Established connections of HAProxy to API servers. */
  async upstream(): Promise<number> {
    const said = await this.#cluster.sh(
      this.#at,
      `ss -Htnp state established '( dport = :${PORT} )' | grep -c '"haproxy"'`,
    );
    return Number(said);
  }
}
