import type { Ec2Api } from '../../aws/ec2-api.ts';
import type { OnTrace } from '../../base/trace.ts';
import type { CloudProfile, Target } from '../../kit/types.ts';
import type { BeforeState } from '../../node/types.ts';
import type { ReasonCode } from '../../transport/codes/reasons.ts';
import type { NodeResult } from '../../transport/types.ts';
import type { CloudContext } from '../types.ts';
import type { ScaleParams } from './params.ts';

export interface ScaleDeps {
  ec2(profile: CloudProfile, onTrace?: OnTrace): Promise<Ec2Api>;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  now(): number;
}

/** One machine's turn. */
export interface Job extends ScaleDeps {
  api: Ec2Api;
  id: string;
  target: Target;
  params: ScaleParams;
  context: CloudContext;
  result(
    state: NodeResult['state'],
    more?: Partial<Omit<NodeResult, 'code'>> & { code?: ReasonCode },
  ): NodeResult;
}

export function and(before: BeforeState | undefined): { before?: BeforeState } {
  return before ? { before } : {};
}
