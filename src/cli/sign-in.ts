import { FireaxeError } from '../base/errors.ts';
import type { ClusterKit } from '../kit/types.ts';
import { askUnseen, canAsk } from './ask.ts';
import type { CliContext } from './context.ts';

/**
 * Asks for the one-time code of the cluster's AWS profile, if it needs one, before anything starts: later the run has
 * the terminal. The session that it opens is kept in memory. Where the cloud is not `needed`, an empty line skips it.
 */
export async function signIn(
  { io, flags, sink, onTrace }: CliContext,
  { cloud }: ClusterKit,
  needed: boolean,
): Promise<void> {
  if (!cloud?.allow?.includes('mfa')) return;
  const [{ keysNow }, { cloudFiles }, { asksForCode }] = await Promise.all([
    import('../aws/credentials.ts'),
    import('../aws/files.ts'),
    import('../aws/keys/allowed.ts'),
  ]);
  const files = await cloudFiles(cloud, io.env);
  if (files.profile === undefined || !asksForCode(files.profile, files)) return;
  const askCode = (serial: string, role: string) => askUnseen(io, `One-time code of ${serial} for ${role}: `);
  try {
    await keysNow(cloud, io.env, { onTrace, ...(canAsk(io, flags) && { askCode }) });
  } catch (error) {
    if (error instanceof FireaxeError && (needed || error.kind === 'interrupted')) throw error;
    sink.note(`warning: not signed in to AWS: ${(error as Error).message}`);
  }
}
