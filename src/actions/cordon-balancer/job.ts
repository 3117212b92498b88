import type { TargetsApi } from '../../aws/elb-api.ts';
import type { CloudJob } from '../cloud/side.ts';
import type { Groups } from './groups.ts';
import type { Machine } from './machine.ts';
import type { CordonBalancerParams } from './params.ts';

/** One node's turn. */
export interface Job extends CloudJob<CordonBalancerParams> {
  /** Target groups and Classic Load Balancers. */
  api: TargetsApi;
  groups: Groups;
  machine: Machine;
}
