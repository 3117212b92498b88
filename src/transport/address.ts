import { isIP } from 'node:net';
import type { OutcomeReason } from './types.ts';

/** Why nothing may be sent there: names, options and shell signs in disguise are refused, not repaired. */
export function refusal(where: { address: string; port: number; user: string }): OutcomeReason | undefined {
  const { address, port, user } = where;
  if (isIP(address) === 0 || !/^[0-9A-Fa-f:.]+(%[0-9A-Za-z._]+)?$/.test(address)) {
    return {
      code: 'bad-address',
      message: `not an IP address: ${JSON.stringify(address)}`,
      next: 'correct the address in the fleet snapshot',
    };
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    return { code: 'bad-address', message: `not a port: ${port}` };
  if (!/^[A-Za-z0-9_.][A-Za-z0-9_.@+-]*\$?$/.test(user))
    return { code: 'bad-address', message: `not a login name: ${JSON.stringify(user)}` };
  return undefined;
}
