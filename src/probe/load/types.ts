import type { OutcomeState } from '../../transport/types.ts';

/** How hard one node works on the return of its pods, as it told; what is not known is left out. */
export interface NodeLoad {
  node: string;
  /** Whether the node was read; where not, `outcome` and `note` say why. */
  reached: boolean;
  outcome?: OutcomeState;
  note?: string;
  /** The kubelet's own /healthz; `failing` also where it hangs, `no-answer` where nobody listens there. */
  kubelet?: 'ok' | 'failing' | 'no-answer';
  /** `no-answer`: the container runtime is there and does not answer. */
  runtime?: 'ok' | 'no-answer';
  /** `no-answer`: the log could not be read in time; what else it tells is of its newest lines. */
  log?: 'no-answer';
  /** Image pulls under way. */
  pulls?: number;
  /** Pulls that failed in the last minute; of them those that the registry answered with 429, and those without an answer. */
  failed?: number;
  throttled?: number;
  timeouts?: number;
  /** Pods with a sandbox of which no container runs. */
  waiting?: number;
  /** Containers that were started again in the last minute. */
  restarts?: number;
  /** Megabits a second that the busier direction of the uplink carries, since the reading before. */
  uplinkMbit?: number;
  /** What the uplink can carry. */
  speedMbit?: number;
  /** How full the table of tracked connections is, in percent. */
  conntrackPercent?: number;
  /** Why something cannot be read, however often it is tried: `uplink` → `no default route by IPv4`. */
  unread: Record<string, string>;
  counters: Counters;
}

/** Counters that only say something together with an earlier reading. */
export interface Counters {
  /** Hundredths of a second since boot. */
  at?: number;
  received?: number;
  sent?: number;
  pullErrors?: number;
}
