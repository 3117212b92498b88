/** One machine as the cloud sees it. */
export interface CloudInstance {
  id: string;
  type: string;
  state: 'pending' | 'running' | 'stopping' | 'stopped' | 'shutting-down' | 'terminated';
  tags: Record<string, string>;
  privateIp: string;
  publicIp?: string;
  zone: string;
  /**
   * `online` answers; `dead` is known to be lost, so that a send that names it is refused as a whole;
   * `deaf` died so lately that it still counts as online and nothing is ever delivered; `absent` never registered.
   */
  ssm: 'online' | 'dead' | 'deaf' | 'absent';
  spot?: boolean;
  /** Stop protection: `disableApiStop`. */
  stopProtected?: boolean;
  /** Why it is in its state, as EC2 says. */
  stateReason?: { code: string; message: string };
  /** Its public address is its own, and stays. */
  elasticIp?: boolean;
  tenancy?: 'default' | 'dedicated' | 'host';
  /** `instance-store` machines cannot be stopped. */
  rootDevice?: 'ebs' | 'instance-store';
  launchedAt?: Date;
}

export interface CloudExec {
  code: number;
  stdout: string;
  stderr: string;
}

/** The machines behind the cloud's endpoint, which does not know what they are for. */
export interface CloudWorld {
  instances(): CloudInstance[];
  /** Runs the lines as the SSM agent would, by the machine's own sh; rejects or overruns are the agent's failures. */
  exec(id: string, commands: string[], timeoutMs: number, signal: AbortSignal): Promise<CloudExec>;
  /** Starts stopping; `instances()` shows the states on the way. Resolves once the machine is in its new state. */
  stop(id: string, force?: boolean): Promise<void>;
  start(id: string): Promise<void>;
  retype(id: string, type: string): void;
}
