import type { Finding } from '../../doctor/types.ts';
import type { DoctorVerdict } from '../../doctor/verdict.ts';
import type { TransportName } from '../../fleet/transports.ts';
import type { Role } from '../../fleet/types.ts';
import type { ClientTrend } from '../../forecast/clients.ts';
import type { Capacity, Predicted, Trend } from '../../forecast/predict.ts';
import type { Load, Measured, Unread } from '../../forecast/types.ts';
import type { SeenTrend } from '../../forecast/who.ts';
import type { ClusterEntry } from '../../kit/clusters/types.ts';
import type { ClusterReading } from '../../probe/types.ts';
import type { VerifiedStep } from '../../run/verify.ts';
import type { DnsCheck } from '../../status/dns-check.ts';
import type { Status } from '../../status/types.ts';
import type { Outcome } from '../../transport/types.ts';
import type { Advice } from '../../who/advice.ts';
import type { Offender, Who } from '../../who/types.ts';
import type { ErrorJson } from './failure.ts';

/** What the verbs print that only look. */

export interface DoctorResult {
  verdict: DoctorVerdict;
  /** With ndjson each has a line of its own. */
  findings?: Finding[];
}

export type ShownCluster = Omit<ClusterEntry, 'problem'> & { problem?: ErrorJson };

export interface ClustersResult {
  count: number;
  clusters: ShownCluster[];
}

export interface ShownNode {
  name: string;
  cluster: string;
  roles: Role[];
  address: string;
  port: number;
  internalAddress?: string | undefined;
  labels: Record<string, string>;
  instanceId?: string | undefined;
  /** Transports, in the order in which they are tried. */
  via: TransportName[];
  /** The bastion in front of it. */
  jump?: string | undefined;
}

export interface NodesResult {
  fleets: { cluster: string; takenAt: string; source: string; ageSeconds: number }[];
  count: number;
  nodes: ShownNode[];
}

export interface StatusResult {
  cluster: string;
  status: Status;
}

export interface ProbeResult {
  cluster: string;
  reading: ClusterReading;
}

/** `standsOut`: it has reasons; then the advice tells how to hold it, where that is known. */
export type JudgedOffender = Offender & { standsOut: boolean; advice?: Advice | undefined };

export interface WhoResult {
  cluster: string;
  who: Omit<Who, 'offenders'> & { offenders: JudgedOffender[] };
}

export interface ForecastResult {
  forecast: {
    measured: (Omit<Measured, 'loads' | 'objects'> & { objects: Record<string, number>; loads: Load[] })[];
    /** API servers that told nothing, and clusters that could not be read. */
    unread: Unread[];
    capacity: Capacity;
    sizes: Predicted[];
    /** The most nodes that take no more than this share of the capacity. */
    most: { share: number; nodes: number };
    requests: Trend[];
    clients: ClientTrend[];
    connections: SeenTrend[];
  };
}

/** Nothing was measured, so nothing is predicted. */
export interface NoForecastResult {
  forecast: { measured: never[]; unread: Unread[] };
}

export interface LookResult {
  cluster: string;
  outcomes: Outcome[];
}

export interface VerifyResult {
  runId: string;
  cluster: string;
  holds: boolean;
  counts: Record<string, number>;
  steps: VerifiedStep[];
}

export interface DnsCheckResult {
  cluster: string;
  dns: DnsCheck;
}
