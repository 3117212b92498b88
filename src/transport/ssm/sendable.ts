import { TRANSPORTS } from '../../fleet/transports.ts';
import type { Target } from '../../kit/types.ts';
import type { NodeScript, OutcomeReason } from '../types.ts';
import { bytesOf, MOST_TEXT } from './packed.ts';
import { textForBatch } from './shards.ts';

/** Leaves out the targets and scripts that SSM cannot take: known before anything is sent. */
export function sendableOf(
  group: Target[],
  script: NodeScript,
  pack: (text: string) => string,
  leaveOut: (targets: Target[], reason: OutcomeReason) => void,
): { sendable: Target[] } {
  const none = { sendable: [] };
  if (script.secret && !TRANSPORTS.ssm.carriesSecret) {
    leaveOut(group, {
      code: 'secret-over-ssm',
      message: 'the script needs a secret, and what goes through SSM is logged',
      next: 'use --via ssh',
    });
    return none;
  }
  const known = group.filter((target) => target.instanceId && target.cloud);
  const unknown = group.filter((target) => !known.includes(target));
  leaveOut(unknown, {
    code: 'no-instance-id',
    message: 'the fleet has no instance id or no cloud profile for the node',
  });
  const text = known.length > 0 ? textForBatch(known, script) : '';
  const sent = pack(text);
  // Systems Manager replaces {{ssm:name}} and {{resolve:…}} by a stored parameter, anywhere in a text.
  if (/\{\{\s*(ssm|ssm-secure|resolve)\s*:/.test(sent)) {
    leaveOut(known, {
      code: 'ssm-reference',
      message: 'SSM would replace {{ssm:…}} in the script by a stored parameter',
      next: 'use --via ssh',
    });
    return none;
  }
  if (bytesOf(sent) <= MOST_TEXT) return { sendable: known };
  leaveOut(known, {
    code: 'script-too-long',
    message: `the script has ${Buffer.byteLength(text)} bytes, more than SSM takes even when it is packed`,
    next: 'use --via ssh',
  });
  return none;
}
