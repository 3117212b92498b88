import type { CloudGroup } from './autoscaling/groups.ts';
import type { CloudLaunches } from './ec2/launches.ts';
import type { CloudNetwork } from './ec2/network/world.ts';
import type { CloudVolume } from './ec2/volume.ts';
import type { EksCluster } from './eks/world.ts';
import type { BalancerWorld } from './elb/world.ts';
import type { DnsWorld } from './route53/world.ts';

/** One machine as the cloud sees it. */
export interface CloudInstance {
  id: string;
  type: string;
  state: 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';
  tags: Record<string, string>;
  privateIp: string;
  publicIp?: string;
  zone: string;
  vpc?: string;
  subnet?: string;
  /** Ids of its security groups. */
  groups?: string[];
  /**
   * `online` answers; `dead` is known to be lost, so that a send that names it is refused as a whole;
   * `deaf` died so lately that it still counts as online and nothing is ever delivered; `absent` never registered.
   */
  ssm: 'online' | 'dead' | 'deaf' | 'absent';
  spot?: boolean;
  /** Stop protection: `disableApiStop`. */
  stopProtected?: boolean;
  /** Termination protection: `disableApiTermination`. */
  endProtected?: boolean;
  /** Why it is in its state, as EC2 says. */
  stateReason?: { code: string; message: string };
  /** Its public address is its own, and stays. */
  elasticIp?: boolean;
  tenancy?: 'default' | 'dedicated' | 'host';
  /** `instance-store` machines cannot be stopped. */
  rootDevice?: 'ebs' | 'instance-store';
  launchedAt?: Date;
  /** The client token of its launch. */
  token?: string;
}

export interface CloudExec {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * The machines behind the cloud's endpoint, which does not know what they are for. What only some worlds have is
 * optional, and its type stands beside the service that reads and changes it.
 */
export interface CloudWorld {
  instances(): CloudInstance[];
  network?: CloudNetwork;
  /** What a machine wrote to its console. */
  console?(id: string): string;
  /** Runs the lines as the SSM agent would, by the machine's own sh; rejects or overruns are the agent's failures. */
  exec(id: string, commands: string[], timeoutMs: number, signal: AbortSignal): Promise<CloudExec>;
  /** Starts stopping; `instances()` shows the states on the way. Resolves once the machine is in its new state. */
  stop(id: string, force?: boolean): Promise<void>;
  start(id: string): Promise<void>;
  retype(id: string, type: string): void;
  balancers?: BalancerWorld;
  eks?: EksCluster[];
  /** EBS volumes. */
  volumes?: CloudVolume[];
  /** Auto Scaling groups. */
  groups?: CloudGroup[];
  dns?: DnsWorld;
  /** Launch templates, and what becomes of them. */
  launches?: CloudLaunches;
  /** A launched machine is one of `instances()` from now on. */
  add?(machine: CloudInstance): void;
}
