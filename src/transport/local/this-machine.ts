import { networkInterfaces } from 'node:os';
import type { Target } from '../../kit/types.ts';
import type { OutcomeReason } from '../types.ts';

/**
 * Why a target cannot be taken for this machine: where the fleet knows no identity for the script to compare,
 * its address must be one of this machine. `--via local` over a whole cluster must not run on the laptop, once for each node.
 */
export function notHere({
  address,
  internalAddress,
  machineId,
  instanceId,
}: Target): OutcomeReason | undefined {
  if (machineId !== undefined || instanceId !== undefined) return undefined;
  if ([address, internalAddress].some(isOwn)) return undefined;
  return {
    code: 'not-here',
    message: `${address} is not an address of this machine`,
    next: 'reach it by --via ssh, or write its machineId into the fleet',
  };
}

function isOwn(address: string): boolean {
  if (/^127\./.test(address) || address === '::1') return true;
  return Object.values(networkInterfaces()).some((of) => of?.some((one) => one.address === address));
}
