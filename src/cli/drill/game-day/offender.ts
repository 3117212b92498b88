import { FLOOD_PROCESS } from '../../../actions/drill-flood/params.ts';
import { usage } from '../../../base/errors.ts';
import type { Playbook } from '../../../playbook/types.ts';
import { parseParameters } from '../../parameters.ts';

/**
 * The flood as a playbook's offender. The kit's own parameters name the real one: a drill must neither hold nor delete it.
 * No object of these names is in the cluster, so what would delete the cause finds it gone.
 */
const OFFENDER: Readonly<Record<string, string>> = {
  process: FLOOD_PROCESS,
  namespace: 'default',
  daemonset: FLOOD_PROCESS,
  'pod-selector': `app=${FLOOD_PROCESS}`,
};

/** What a drill leaves alone unless it is asked for: machines are stopped and paid for. */
const SPARED: Readonly<Record<string, string>> = { 'bigger-servers': 'false' };

/** The words of `-p` with which a playbook takes the flood for its offender. Throws usage where one of them was typed. */
export function offenderWords({ name, parameters }: Playbook, typed: readonly string[]): string[] {
  const given = parseParameters([...typed]);
  const taken = Object.keys(given).find((key) => Object.hasOwn(OFFENDER, key));
  if (taken !== undefined)
    throw usage(`${taken} is the flood's own in a drill on a cluster`, {
      place: '--param',
      next: `leave -p ${taken}=… out`,
    });
  if (!Object.hasOwn(parameters, 'process'))
    throw usage(`the playbook ${name} has no parameter process, so that it cannot find the flood`, {
      place: '--playbook',
      expected: 'a playbook with the parameter process, such as control-plane-lockout',
    });
  const own = { ...SPARED, ...given, ...OFFENDER };
  return Object.entries(own)
    .filter(([key]) => Object.hasOwn(parameters, key) || Object.hasOwn(given, key))
    .map(([key, value]) => `${key}=${value}`);
}
