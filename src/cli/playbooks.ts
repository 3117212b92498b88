import { kitPath } from '../kit/locate.ts';
import { openKit } from '../kit/open.ts';
import type { Kit } from '../kit/types.ts';
import type { CommonFlags } from './options.ts';
import type { CliIo } from './types.ts';

/** The playbooks of the kit. Without a kit there are those that are built in; one that was named must open. */
export async function ownPlaybooks(
  flags: Pick<CommonFlags, 'kit'>,
  io: CliIo,
  note: (line: string) => void,
): Promise<Pick<Kit, 'playbooks'>> {
  try {
    return await openKit(kitPath(flags.kit, io.env), { clusters: 'none' });
  } catch (error) {
    if (flags.kit !== undefined) throw error;
    note(`no playbooks of a kit: ${(error as Error).message}`);
    return { playbooks: {} };
  }
}
