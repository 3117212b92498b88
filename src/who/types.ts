import type { OutcomeState } from '../transport/types.ts';

/** What runs a client: a pod (`namespace/name`, or its UID where nothing on the node names it), a unit, or neither. */
export interface Where {
  kind: 'pod' | 'unit' | 'process';
  id: string;
}

/** The processes of one name in one pod or unit of a node, and their connections to the API. */
export interface Client {
  name: string;
  where: Where;
  /** Of the pod, as far as the container runtime tells them. */
  labels: Record<string, string>;
  connections: number;
  /** Opened while it was read: a second or two. */
  opened: number;
  /** Not accepted yet. */
  waiting: number;
  /** Could not be opened meanwhile; known only of pods with a network of their own, and to whatever address. */
  failed: number;
  /** Sent and received meanwhile. */
  bytesPerSecond: number;
  /** Since the open connections were opened. */
  sent: number;
  received: number;
  segments: number;
  /** Since the oldest of these processes started; absent where the node does not tell. */
  ageSeconds?: number;
  cpuSeconds: number;
  processes: number;
  /** All processes of this name on the node. */
  named: number;
}

/** Of a list, the members with the most, and how many. */
export interface Count {
  name: string;
  count: number;
}

/** What an API server's host knows of the clients. */
export interface Served {
  /** Whether the server answered its own host. */
  answers: boolean;
  connections: number;
  addresses: number;
  peers: (Count & { bytes: number })[];
  /** Requests that wait or are served, by user. */
  users: Count[];
  /** Rejected since the server's start, by flow schema. */
  rejected: Count[];
  /** Percent of the requests since the server's start, such as `LIST pods`. */
  requests: Count[];
  /** Percent of the newest entries of the audit log, by user and user agent. */
  audit: Count[];
}

export interface NodeReading {
  node: string;
  controlPlane: boolean;
  reached: boolean;
  outcome?: OutcomeState;
  note?: string;
  clients: Client[];
  /** All connections of the node to the API, also those of clients that did not fit. */
  connections: number;
  /** Connections that ended lately, and whose process is not known any more. */
  ended: number;
  served?: Served;
}

/** One client over all nodes that were read. */
export interface Offender {
  name: string;
  /** Where it runs, without what differs from node to node: `monitoring/agent`, `agent.service`. */
  where: Where[];
  /** All its pods have them. */
  labels: Record<string, string>;
  nodes: string[];
  /** On how many of them it has connections, or failed to open some. */
  active: number;
  clients: Client[];
  connections: number;
  opened: number;
  waiting: number;
  failed: number;
  bytesPerSecond: number;
  bytes: number;
  /** Percent of all connections and bytes that were read. */
  connectionShare: number;
  byteShare: number;
  /** Of its youngest and oldest process. */
  ageSeconds?: { least: number; most: number };
  /** Kubernetes and its network do not run without it. */
  part: boolean;
  /** Why it stands out; empty where it does not. */
  reasons: string[];
  score: number;
}

export interface Who {
  at: string;
  nodes: NodeReading[];
  /** Nodes of the cluster that were not asked. */
  notAsked: number;
  offenders: Offender[];
}
