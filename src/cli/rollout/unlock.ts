import { FireaxeError } from '../../base/errors.ts';
import type { Plan } from '../../plan/types.ts';
import { CHANGE_MS } from '../certificates.ts';
import { soFar } from '../clusters/so-far.ts';
import type { CliContext } from '../context.ts';
import { openKeys, transportsOf } from '../passphrases.ts';
import { usesCloud } from '../uses-cloud.ts';

/** What is used of the keys of a cluster. */
interface Keys {
  orders?: Parameters<typeof openKeys>[2];
  callsCloud?: boolean;
}

/** The keys that a plan uses. */
export const keysOf = (plan: Plan): Keys => ({ orders: transportsOf(plan), callsCloud: usesCloud(plan) });

/**
 * Opens clusters and unlocks their keys. Where that fails for some of them, their own runs will say so; where it fails for
 * all, the first error is thrown.
 */
export async function unlockClusters(
  context: CliContext,
  clusters: readonly string[],
  keysFor: (cluster: string) => Keys | Promise<Keys>,
): Promise<void> {
  let failed: { error: unknown } | undefined;
  let opened = 0;
  const progress = soFar(context, 'opened', clusters.length, { asks: true });
  for (const name of clusters) {
    try {
      const { orders, callsCloud = false } = await keysFor(name);
      await openKeys(context, name, orders, callsCloud, CHANGE_MS);
      opened++;
    } catch (error) {
      if (!(error instanceof FireaxeError)) throw error;
      failed ??= { error };
      context.sink.note(`warning: ${name}: ${error.message}`);
    }
    progress.add();
  }
  if (opened === 0 && failed) throw failed.error;
}
