import type { CloudDeps } from '../cloud/side.ts';
import type { CloudSide } from '../types.ts';
import { aclSweep } from './acl.ts';
import { eksSweep } from './eks.ts';
import type { SweepParams } from './params.ts';

/** The target only names the cloud profile: what is changed is named by the tags. */
export function cloudSide(deps?: CloudDeps): CloudSide<SweepParams> {
  const [acl, eks] = [aclSweep(deps), eksSweep(deps)];
  const sideFor = ({ lease }: SweepParams) => (lease.startsWith('eks/') ? eks : acl);
  return {
    parallel: 1,
    longest: (params) => sideFor(params).longest?.(params) ?? 0,
    run: (op, target, params, context) => sideFor(params).run(op, target, params, context),
  };
}
