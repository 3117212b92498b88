import type { LoadShape } from './load.ts';

/** An outage to practise, as data. */
export interface Scenario {
  name: string;
  /** One line: what happened. */
  title: string;
  cluster: string;
  region: string;
  /** The shipped playbook that recovers it. */
  playbook: string;
  workers: number;
  zones: string[];
  /** Workers of this zone are reached through the bastion. */
  bastionZone: string;
  instanceTypes: { controlPlane: string; worker: string; target: string };
  offender: {
    comm: string;
    args: string[];
    namespace: string;
    daemonset: string;
    labels: Record<string, string>;
  };
  load: LoadShape;
  /** Calls a second that users make of the services on one worker, and names that each worker looks up. */
  users: { callsPerSecond: number; names: number };
  mess: { ssmDead: number; kexHang: number; changedHostKey: number; slow: number };
  /** What the score is held against, in minutes. */
  incident: { name: string; windowMinutes: number; recoveryMinutes: number };
}
