/** One API server as read on its own host. */
export interface ServerReading {
  node: string;
  /** Outcome state of the reading itself. */
  reached: boolean;
  livez: 'ok' | 'failing' | 'no-answer';
  readyz: 'ok' | 'failing' | 'no-answer';
  /** Names of failing checks. */
  failing: string[];
  latencyMs?: number;
  inflight?: number;
  memoryBytes?: number;
  /** Counters since the server's start. */
  requests?: number;
  errors?: number;
  rejected?: number;
  /** Unix seconds of the server's start (process_start_time_seconds). */
  startedAt?: number;
  /** `ok`, `failing` or `no-answer` of the member's health endpoint. */
  etcd?: 'ok' | 'failing' | 'no-answer';
  /** Established client connections to the API port. */
  connections?: number;
  note?: string;
}

export interface ClusterReading {
  at: string;
  servers: ServerReading[];
  /** Servers whose readyz is ok, of all control-plane nodes. */
  answering: number;
  of: number;
  /** Share of requests that ended 5xx or 429 since the reading before, in percent. */
  errorPercent?: number;
  /** DNS answers as seen on sampled nodes, when asked for. */
  dns?: { node: string; ok: boolean; note?: string }[];
}
