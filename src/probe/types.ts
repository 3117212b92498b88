import type { OutcomeState } from '../transport/types.ts';
import type { NodeLoad } from './load/types.ts';

/** `denied`: the server answers, and tells nothing to the credentials there, nor without any. */
export type Health = 'ok' | 'failing' | 'denied' | 'no-answer';

/** One API server as read on its own host. */
export interface ServerReading {
  node: string;
  /** Whether the host was read at all; where not, nothing is known of the server, and `outcome` and `note` say why. */
  reached: boolean;
  outcome?: OutcomeState;
  livez: Health;
  readyz: Health;
  /** Where it was asked, when not at 127.0.0.1. */
  address?: string;
  /** Names of failing checks. */
  failing: string[];
  latencyMs?: number;
  inflight?: number;
  memoryBytes?: number;
  /** Counters since the server's start. */
  requests?: number;
  /** Answers 5xx or 429, and those of them that were 429. */
  errors?: number;
  throttled?: number;
  rejected?: number;
  /** Why there are no counters and will be none, however often it is read. */
  unmeasured?: string;
  /** Unix seconds of the server's start (process_start_time_seconds). */
  startedAt?: number;
  /** `ok`, `failing` or `no-answer` of the member's health endpoint. */
  etcd?: 'ok' | 'failing' | 'no-answer';
  /** Its own reason for not being well. */
  etcdReason?: string;
  /** `NOSPACE`, `CORRUPT`: raised in the cluster, and told by each member. */
  etcdAlarms?: string[];
  /** It copies, and has no vote. */
  etcdLearner?: boolean;
  /** Size of its database, and what it may grow to. */
  etcdBytes?: number;
  etcdQuota?: number;
  /** Established client connections to the API port. */
  connections?: number;
  /** Leases of nodes that were renewed in time, of all; where asked for. */
  leases?: { fresh: number; of: number };
  /** Why they cannot be read, however often it is tried. */
  leasesUnread?: string;
  /** What Fireaxe itself keeps in force there. */
  inForce?: InForce[];
  /** Where asked for. */
  vitals?: Vitals;
  note?: string;
}

/** Of an API server and its etcd member, beyond their health; what is not known on the host is left out. */
export interface Vitals {
  /** When the certificate that it serves ends; ISO 8601. */
  servedUntil?: string;
  /** When the client certificate of each kubeconfig of the host ends. */
  clients: { file: string; until: string }[];
  /** When its process began, by the node's clock. */
  since?: string;
  /** Of its container or its unit. */
  restarts?: number;
  /** Bytes: what its process uses, the limit of its control group, what the machine has. */
  memoryUsed?: number;
  memoryLimit?: number;
  memoryOfMachine?: number;
  /** Whether the member is the leader. */
  etcdLeads?: boolean;
  /** Members that it knows, itself included, and the others that it is connected to. */
  etcdMembers?: number;
  etcdPeers?: number;
  /** What 99% of the fsyncs of its log took at most, in milliseconds since its start; with `over`, they took longer. */
  etcdFsync?: { ms: number; over?: boolean };
}

/** A change by Fireaxe that is in force: with it, a server that looks well may not be an all-clear. */
export interface InForce {
  kind: 'fenced' | 'cordoned' | 'paused';
  /** The component that is paused. */
  what?: string;
  /** The step and run that made it; absent without a receipt. */
  run?: string;
  step?: string;
  /** ISO 8601, by the node's clock. */
  since?: string;
  /** When the node reverts it by itself. */
  until?: string;
  /** It stays until it is undone. */
  kept?: boolean;
}

export interface ClusterReading {
  at: string;
  servers: ServerReading[];
  /** Servers whose readyz is ok, of all control-plane nodes. */
  answering: number;
  of: number;
  /** Share of requests that ended 5xx or 429 since the reading before, in percent. */
  errorPercent?: number;
  /** Why that cannot be measured, however often it is read. */
  unmeasured?: string;
  /** Leases of nodes that were renewed in time, of all; where asked for. */
  leases?: { fresh: number; of: number };
  /** Why they cannot be read, however often it is tried. */
  leasesUnread?: string;
  /** The nodes that come back, where a gate asks for them. */
  nodes?: NodeLoad[];
}
