import { usage } from '../base/errors.ts';
import { dnsCheckParameters } from '../status/dns-names.ts';
import { eachCluster } from './clusters/each.ts';
import { openContext } from './context.ts';
import { EXIT } from './exit-codes.ts';
import type { Flags } from './flags.ts';
import { dnsCheckLines, dnsIsWell } from './format/dns-check.ts';
import { openSampled, samplingOf } from './sampled.ts';
import type { CliIo } from './types.ts';

/** The rules of many services take a node some seconds. */
const DEADLINE = '20s';

/** Asks every CoreDNS from its own node, and the cluster's DNS from each node; needs no working API. */
export async function checkDns(
  flags: Flags & { name?: unknown; limit?: string | undefined; timeout?: string | undefined },
  io: CliIo,
): Promise<number> {
  const names = dnsCheckParameters.name.schema.safeParse(flags.name ?? []);
  if (!names.success) throw usage(names.error.issues[0]!.message, { place: '--name' });
  const sampling = samplingOf({ ...flags, timeout: flags.timeout ?? DEADLINE });
  const opened = await openContext(flags, io);
  return eachCluster(opened, async (context, cluster) => {
    const { sink } = context;
    const asking = { ...context, flags: { ...context.flags, sample: flags.limit ?? 'all' } };
    const { targets, how, reader, codeOf, close } = await openSampled(asking, cluster, sampling);
    try {
      const { dnsCheckOf, dnsCheckScript } = await import('../status/dns-check.ts');
      const script = dnsCheckScript(how.context, how.now(), how.deadlineMs, names.data);
      const outcomes = await reader()(targets, script);
      const check = dnsCheckOf(
        outcomes.map(({ target, state, stdout }) => ({ node: target, state, stdout })),
      );
      for (const line of dnsCheckLines(cluster.name, check)) sink.text(line);
      sink.json({ cluster: cluster.name, dns: check });
      return codeOf(dnsIsWell(check) ? EXIT.done : EXIT.targets);
    } finally {
      await close();
    }
  });
}
