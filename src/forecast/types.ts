/** The load of one kind of request on all API servers of a cluster, on the average of the time that was measured. */
export interface Load {
  /** Of an audit log or of `who`; metrics name no client. */
  client?: string;
  verb: string;
  /** With the subresource: `pods`, `nodes/status`; a path such as `/readyz` for a request without a resource. */
  resource: string;
  /** What the request is about: one object, a namespace, or the whole cluster. */
  scope: string;
  callsPerSecond: number;
  /** Requests of it in flight, on the average; 0 for watches. */
  inFlight: number;
  /** Sent in answers. */
  bytesPerSecond: number;
  /** Open now. */
  watches: number;
}

/** The figures of a load that add up over servers. */
export const FIGURES = ['callsPerSecond', 'inFlight', 'bytesPerSecond', 'watches'] as const;
export type Figure = (typeof FIGURES)[number];

export const noLoad = (): Pick<Load, Figure> => ({
  callsPerSecond: 0,
  inFlight: 0,
  bytesPerSecond: 0,
  watches: 0,
});

/** What one cluster of a known size was seen to carry. */
export interface Measured {
  /** Of a cluster of the kit that was read now. */
  cluster?: string;
  nodes: number;
  /** How long was measured, by the server that was measured longest. */
  seconds: number;
  servers: number;
  /** Of all servers: requests that priority and fairness lets run at once. */
  seats: number;
  /** Of them, in use on the average. */
  seatsInUse: number;
  /** Stored objects by resource, such as `pods`. */
  objects: Map<string, number>;
  /** By `keyOf`. */
  loads: Map<string, Load>;
}

/** An API server that told nothing, or a cluster that could not be read (without a node). */
export interface Unread {
  cluster: string;
  node?: string;
  why: string;
  next?: string;
}

export const keyOf = ({ client = '', verb, resource, scope }: Load): string =>
  [client, verb, resource, scope].join('\0');

/** The size of a cluster, as one kind of request meets it. */
export interface Size {
  nodes: number;
  /** Of the resource that the request is about, where they are counted. */
  objects?: number | undefined;
}

/** A sum of parts, none of them negative. */
export interface Law {
  fixed: number;
  perNode: number;
  perNodeSquared: number;
  perObject: number;
  perNodeAndObject: number;
}

/** How a load grows with the size of the cluster. */
export interface Growth extends Law {
  /** From one size alone nothing is known of growth: this was assumed. */
  assumed: boolean;
  /** It grew faster than the square of the nodes between the sizes that were measured: this is too low. */
  faster: boolean;
  /** How far the readings are from this law at most, as a share of the reading. */
  off: number;
  /** Other laws that explain the readings as well: more sizes would tell which of them holds. */
  rivals: Law[];
}
