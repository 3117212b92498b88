import type { CloudError } from './errors.ts';
import type { CloudFaults } from './faults.ts';
import type { CloudWorld } from './world.ts';

/** A request as it came, its signature checked already. */
export interface CloudRequest {
  method: string;
  /** Path and query of the URL. */
  url: URL;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export interface CloudAnswer {
  /** 200 when absent. */
  status?: number;
  type: string;
  body: string;
}

export interface CloudCall {
  /** By this name it is counted, throttled and made to fail. */
  operation: string;
  answer(): Promise<CloudAnswer>;
}

/** One service of the cloud, with its own protocol. */
export interface CloudService {
  /** Reads which operation is asked for. */
  read(request: CloudRequest): CloudCall;
  /** An error as this service sends it. */
  failure(error: CloudError): Omit<CloudAnswer, 'status'>;
  throttled(): CloudError;
  /** Its error for a signature of an earlier or a later time than its own. */
  skewed(signedAt: string, early: boolean): CloudError;
  close?(): void;
}

export interface ServiceDeps {
  world: CloudWorld;
  faults: CloudFaults;
  now(): number;
  listedAfterMs: number;
  deliveryMs: number;
}
