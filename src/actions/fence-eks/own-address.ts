import type { Target } from '../../kit/types.ts';
import { nodeScript } from '../../node/script.ts';
import { type Action, type CloudContext, defineAction } from '../types.ts';
import { isPublic } from './let-in.ts';
import node from './own-address.sh';

/** Reads how a node was reached; not an action that a user can name, and it changes nothing. */
export const ownAddressOf = defineAction({
  name: 'own-address',
  title: 'Read the address from which the node was reached',
  danger: 'read',
  scope: 'node',
  parameters: {},
  summary: () => 'read the address from which the node was reached',
  node: { fragments: { node }, variables: () => ({}) },
}) as Action;

const READ_MS = 10_000;

/**
 * This machine's own public address, which kubectl has, too: a node that is reached at a public address sees it. Undefined
 * where no node can tell.
 */
export async function ownAddress(context: CloudContext): Promise<string | undefined> {
  const seer = context.targets.find(seesUs);
  if (!seer) return undefined;
  const script = nodeScript({
    action: ownAddressOf,
    params: {},
    op: 'check',
    runId: context.runId,
    stepId: context.stepId,
    notAfter: new Date(Date.now() + 60_000),
    deadlineMs: READ_MS,
    context,
  });
  const [outcome] = await context.reach([seer], script);
  const from = outcome?.state === 'ok' ? outcome.result?.data?.from : undefined;
  return from && isPublic(from) ? from : undefined;
}

/** Behind a bastion it sees the bastion, and through SSM nobody. */
const seesUs = ({ address, ssh, via }: Target) =>
  isPublic(address) && !ssh.jump && via.some((name) => name === 'ssh' || name === 'openssh');
