import { type LabFolder, Machine, type MachineSpec, type Ran } from '../lab/machine.ts';
import { CONTROL_PLANE, HOLLOW_HOST, type HollowNode, PORT, SOLO, SOLO_CONFIG, WORKERS } from './layout.ts';

/** What a test process knows about the running cluster. */
export interface ClusterFacts {
  folder: LabFolder;
  net: string;
  machines: Pick<MachineSpec, 'name' | 'address' | 'machineId'>[];
  hollow: HollowNode[];
  kit: string;
  /** How long each phase of the setup took. */
  seconds: Record<string, number>;
}

/** The running cluster, reached with OpenSSH and kubectl. Nothing here goes through Fireaxe. */
export class Cluster {
  readonly facts: ClusterFacts;
  readonly controlPlane: Machine[];
  readonly workers: Machine[];
  readonly host: Machine;

  constructor(facts: ClusterFacts) {
    this.facts = facts;
    this.controlPlane = CONTROL_PLANE.map((name) => this.at(name));
    this.workers = WORKERS.map((name) => this.at(name));
    this.host = this.at(HOLLOW_HOST);
  }

  at(name: string): Machine {
    const spec = [...this.facts.machines, ...this.facts.hollow].find((one) => one.name === name);
    if (!spec) throw new Error(`no machine ${name}`);
    return new Machine(spec, this.facts.folder);
  }

  async sh(at: string, command: string, timeoutMs = 60_000): Promise<string> {
    return (await this.at(at).sh(command, { timeoutMs })).stdout.trim();
  }

  /** Runs kubectl on a control-plane node, against that node's own API server. */
  kubectl(args: string, options: { at?: string; stdin?: string; timeoutMs?: number } = {}): Promise<Ran> {
    const { at = 'cp1', ...rest } = options;
    const machine = this.at(at);
    return machine.sh(
      `kubectl --kubeconfig "$(${pathOfConfig(at)})" --server https://${machine.spec.address}:${PORT} ${args}`,
      rest,
    );
  }

  /** The text of the administrator's kubeconfig on a control-plane node. */
  kubeconfig(at: string): Promise<string> {
    return this.sh(at, `cat "$(${pathOfConfig(at)})"`);
  }

  /** Runs kubectl and returns its output; throws if it fails. */
  async asked(args: string, options: Parameters<Cluster['kubectl']>[1] = {}): Promise<string> {
    const ran = await this.kubectl(args, options);
    if (ran.code !== 0) throw new Error(`kubectl ${args} ended with ${ran.code}: ${ran.stderr.slice(-600)}`);
    return ran.stdout.trim();
  }

  async apply(yaml: string, at = 'cp1'): Promise<void> {
    await this.asked('apply -f -', { at, stdin: yaml, timeoutMs: 120_000 });
  }
}

/** A command that prints the path of the administrator's kubeconfig on a machine. */
function pathOfConfig(at: string): string {
  const configs =
    at === SOLO ? [SOLO_CONFIG] : ['super-admin', 'admin'].map((name) => `/etc/kubernetes/${name}.conf`);
  return `ls ${configs.join(' ')} 2>/dev/null | tail -n 1`;
}
