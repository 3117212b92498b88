import { sideBySide } from '../../base/side-by-side.ts';
import type { Door } from '../../host-keys/doors.ts';
import type { FoundKey } from '../../host-keys/gather.ts';
import { consoleKeys } from '../../host-keys/printed.ts';
import type { ClusterKit } from '../../kit/types.ts';
import type { CliContext } from '../context.ts';
import { signIn } from '../sign-in.ts';

/** One call a node: EC2 allows a few of them a second. */
const AT_ONCE = 4;

/** Reads the host keys that cloud-init wrote to the console of each instance at its boot, as EC2 kept it. */
export async function keysOnConsole(
  context: CliContext,
  cluster: ClusterKit,
  doors: readonly Door[],
): Promise<{ found: FoundKey[]; problems: string[] }> {
  const cloud = cluster.cloud!;
  await signIn(context, cluster, true);
  const [{ consoleApi }, { patiently, READERS_PATIENCE }, { asUnreachable }] = await Promise.all([
    import('../../aws/console-api.ts'),
    import('../../aws/patience.ts'),
    import('../../aws/errors.ts'),
  ]);
  const found: FoundKey[] = [];
  const problems: string[] = [];
  const instances = doors.filter((door) => door.node?.instanceId?.startsWith('i-'));
  const { env, stop } = context.io;
  const api = await consoleApi(cloud, { env, onTrace: context.onTrace, again: patiently(READERS_PATIENCE) });
  let failed: unknown;
  await sideBySide(instances, AT_ONCE, async (door) => {
    if (failed) return;
    try {
      const keys = consoleKeys(await api.output(door.node!.instanceId!, stop));
      if (keys === 'contradiction')
        problems.push(`${door.name}: its console shows different keys of one type`);
      else if (keys.length === 0) problems.push(`${door.name}: its console shows no host keys`);
      else found.push(...keys.map((key) => ({ door, ...key, from: 'console' })));
    } catch (error) {
      failed ??= error;
    }
  });
  api.close();
  if (failed) throw asUnreachable(failed, 'EC2', cloud, env) ?? failed;
  return { found, problems };
}
