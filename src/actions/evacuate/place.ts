import type { Weights } from './weights.ts';

/** What was found at a place where traffic is divided. */
export interface Found {
  weights: Weights;
  /** What a person should know of it, such as how long resolvers keep a record. */
  note?: string;
  /** As the service has it: what is written is this with other weights. */
  raw: unknown;
}

/** One place where traffic is divided between clusters: a listener with weighted target groups, or a weighted record. */
export interface Place {
  /** For people and for the journal. */
  name: string;
  /** The greatest weight that it takes. */
  most: number;
  /** Clusters that the kit names there. */
  clusters: string[];
  ceilings: Record<string, number>;
  read(): Promise<Found | undefined>;
  /** Sets these weights, and only them. */
  write(found: Found, to: Weights): Promise<void>;
  /** The healthy targets of a cluster there; undefined where the kit names no target group of it. */
  health(cluster: string): Promise<{ healthy: number; all: number } | undefined>;
}
