import type { Cluster } from './cluster.ts';
import { PORT } from './layout.ts';

/** Long watches from a machine to one end of the API, on one connection each. */
export class Watchers {
  readonly #cluster: Cluster;
  readonly #at: string;
  readonly #unit: string;

  private constructor(cluster: Cluster, at: string, end: string) {
    this.#cluster = cluster;
    this.#at = at;
    this.#unit = `watchers-${end.replace(':', '-')}`;
  }

  /** To the API server of a machine, or to another `ADDRESS:PORT`. */
  static async start(cluster: Cluster, at: string, to: string, count: number): Promise<Watchers> {
    const end = to.includes(':') ? to : `${cluster.at(to).spec.address}:${PORT}`;
    const watchers = new Watchers(cluster, at, end);
    const config = await cluster.kubeconfig(to.includes(':') ? 'cp1' : to);
    const machine = cluster.at(at);
    const ran = await machine.sh(
      `umask 77; cat >/root/watchers.conf; systemctl stop ${watchers.#unit} 2>/dev/null; : >/var/log/${watchers.#unit}
      systemd-run -q --collect --unit=${watchers.#unit} -p StandardOutput=append:/var/log/${watchers.#unit} /opt/offender/telemetryd watch -kubeconfig /root/watchers.conf -server https://${end} -n ${count} -path '/api/v1/namespaces/kube-system/pods?watch=1'`,
      { stdin: config },
    );
    if (ran.code !== 0) throw new Error(ran.stderr);
    return watchers;
  }

  /** The process's own counts: open watches, and how each closed one ended. */
  async counts(): Promise<Record<string, number>> {
    return countsIn(await this.#cluster.sh(this.#at, `tail -n 1 /var/log/${this.#unit}`));
  }

  async open(): Promise<number> {
    return (await this.counts()).open ?? 0;
  }

  stop(): Promise<string> {
    return this.#cluster.sh(this.#at, `systemctl stop ${this.#unit}; rm -f /root/watchers.conf`);
  }
}

/** Parses a line of the load process, such as `… map[200:5 open:2]`. */
export function countsIn(line: string): Record<string, number> {
  const words = /map\[(.*)\]/.exec(line)?.[1]?.split(' ') ?? [];
  return Object.fromEntries(
    words.map((word) => [
      word.slice(0, word.lastIndexOf(':')),
      Number(word.slice(word.lastIndexOf(':') + 1)),
    ]),
  );
}
