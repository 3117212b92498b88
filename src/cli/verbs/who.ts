import { targetsOf } from '../../kit/targets.ts';
import { eachCluster } from '../clusters/each.ts';
import { openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { whoLines } from '../format/who.ts';
import { openSampled, sampleOptions, samplingOf } from '../sampled.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'who',
  summary: 'Name who floods the API servers, from the hosts and nodes themselves; needs no working API',
  examples: [
    'fireaxe who -c prod-1',
    "fireaxe who -c 'prod-*'",
    'fireaxe who -c prod-1 --sample all',
    'fireaxe who -c prod-1 -l zone=a --api 10.0.0.100',
    'fireaxe who -c prod-1 --output json',
  ],
  danger: 'read',
  options: sampleOptions,
  async run(_args, flags, io) {
    const sampling = samplingOf(flags);
    const context = await openContext(flags, io);
    return eachCluster(context, async (context, cluster) => {
      const { sink } = context;
      const { targets, how, reader, codeOf, close } = await openSampled(context, cluster, sampling);
      try {
        const { readWho } = await import('../../who/read.ts');
        const { adviceFor } = await import('../../who/advice.ts');
        const who = await readWho({ reach: reader(), ...how }, targets);
        const advice = (offender: (typeof who.offenders)[number]) =>
          adviceFor(offender, { cluster: cluster.name, targets: targetsOf(cluster), nodes: who.nodes });
        for (const line of whoLines(who, advice)) sink.text(line);
        const offenders = who.offenders.map((one) => ({
          ...one,
          standsOut: one.reasons.length > 0,
          ...(one.reasons.length > 0 && { advice: advice(one) }),
        }));
        sink.json({ cluster: cluster.name, who: { ...who, offenders } });
        return codeOf(who.nodes.some(({ reached }) => reached) ? EXIT.done : EXIT.targets);
      } finally {
        await close();
      }
    });
  },
});
