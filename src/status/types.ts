import type { ClusterReading, InForce } from '../probe/types.ts';
import type { NodeReceipts } from '../receipts/read.ts';
import type { Who } from '../who/types.ts';
import type { Dns } from './dns.ts';
import type { Expiring } from './expiry.ts';

/** What one node says of Fireaxe's changes: what it remembers, and what is in force there. */
export interface NodeStanding {
  node: string;
  receipts: NodeReceipts;
  rules: InForce[];
  /** Whether the rules could be read, so that one that is missing is gone. */
  rulesRead: boolean;
}

/** A change that stands on some nodes, by one step of one run. */
export interface Standing {
  action: string;
  /** The component that is paused. */
  what?: string;
  nodes: string[];
  run?: string;
  step?: string;
  operator?: string;
  reason?: string;
  /** ISO 8601, by the node's clock. */
  since?: string;
  /** When the node ends it by itself. */
  until?: string;
  /**
   * `stands`; `no-receipt`: it looks like Fireaxe's, and nothing tells whose it is; `gone`: it was made, and its rule or
   * manifest is not there any more, though nobody undid it.
   */
  seen: 'stands' | 'no-receipt' | 'gone';
}

/** A change of one operator that another one undid. */
export interface Undone {
  action: string;
  run: string;
  step: string;
  nodes: string[];
  /** Who made it, and who undid it. */
  operator?: string;
  by: string;
  /** ISO 8601, by the node's clock. */
  at: string;
}

export interface Verdict {
  state: 'healthy' | 'in-force' | 'degraded' | 'down' | 'unknown';
  /** In words. */
  text: string;
  /** The likely next command. */
  next?: string;
}

export interface Status {
  at: string;
  servers: ClusterReading;
  dns: Dns;
  /** Certificates with less than 30 days left. */
  expiring: Expiring[];
  who: Who;
  standing: Standing[];
  /** Within a day. */
  undone: Undone[];
  /** Nodes whose receipts were read, of those in the cluster. */
  read: number;
  of: number;
  verdict: Verdict;
}
