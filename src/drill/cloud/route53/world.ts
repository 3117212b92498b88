/** A record set with a weight. */
export interface WeightedSet {
  name: string;
  type: string;
  set: string;
  weight: number;
  ttl: number;
  values: string[];
}

/** The hosted zones of a world by id. */
export interface DnsWorld {
  zones: Record<string, WeightedSet[]>;
  /** Told of every change of a zone. */
  onChange?(zone: string): void;
}
