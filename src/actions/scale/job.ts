import type { Ec2Api } from '../../aws/ec2-api.ts';
import type { BeforeState } from '../../node/types.ts';
import type { CloudJob } from '../cloud/side.ts';
import type { ScaleParams } from './params.ts';

/** One machine's turn. */
export interface Job extends CloudJob<ScaleParams> {
  api: Ec2Api;
  id: string;
}

export function and(before: BeforeState | undefined): { before?: BeforeState } {
  return before ? { before } : {};
}
