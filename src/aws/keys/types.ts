import type { OnTrace } from '../../base/trace.ts';
import type { CloudProfile } from '../../kit/types.ts';
import type { CloudFiles, Env } from '../files.ts';

export interface Keys {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  expiration?: Date;
}

/** What the keys of a profile are read with. */
export interface Reading {
  profile: CloudProfile;
  files: CloudFiles;
  env: Env;
  onTrace?: OnTrace | undefined;
  /** Asks the operator for the one-time code of a device; absent while a run has the terminal. */
  askCode?: (serial: string, role: string) => Promise<string>;
}
