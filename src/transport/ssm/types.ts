import type { TagTarget } from './shards.ts';

/** What the transport asks of SSM, in its own words. Every call is one attempt; lists are read page by page. */
export interface SsmApi {
  send(request: SendRequest, signal?: AbortSignal): Promise<SentCommand>;
  /** Commands since `after`, newest first, until all of `wanted` were seen. */
  commands(
    after: Date,
    wanted: (seen: SentCommand[]) => boolean,
    signal?: AbortSignal,
  ): Promise<SentCommand[]>;
  /** All pages; each is read by `paced`. */
  invocations(commandId: string, signal?: AbortSignal, paced?: Paced): Promise<Report[]>;
  /** Both streams, up to 24,000 and 8,000 characters. */
  output(
    commandId: string,
    instanceId: string,
    signal?: AbortSignal,
  ): Promise<{ stdout: string; stderr: string }>;
  cancel(commandId: string, instanceIds: string[], signal?: AbortSignal): Promise<void>;
  close(): void;
}

/** Makes a call in its turn. */
export type Paced = <T>(call: () => Promise<T>) => Promise<T>;

export interface SendRequest {
  /** By ids, at most 50, or by tags. */
  to: { instanceIds: string[] } | { tags: TagTarget[] };
  text: string;
  comment: string;
  /** Until it must have reached an instance; at least 30. */
  deliverySeconds: number;
  /** Until it must have ended there. */
  executionSeconds: number;
}

export interface SentCommand {
  id: string;
  comment: string;
  /** By the service's clock. */
  requestedAt: Date;
  /** Instances whose invocation is over, whatever the end. */
  completed: number;
  /** Instances that it goes to, as far as the service knows by now; -1 where it does not say. */
  total: number;
  over: boolean;
}

/** One instance's part of a command, as a list shows it. */
export interface Report {
  instanceId: string;
  details: string;
  /** -1 while it runs, and where it never did. */
  code: number;
  /** Both streams in one, cut at 2,500 characters. */
  output: string;
  startedAt?: Date;
  endedAt?: Date;
}
