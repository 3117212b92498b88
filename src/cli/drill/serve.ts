import { usage } from '../../base/errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { CliIo } from '../types.ts';
import type { DrillFlags } from './options.ts';
import { labWords } from './words.ts';

const LIFETIME_MS = 12 * 3_600_000;

/** The lab's own process; `fireaxe drill` and `drill up` start it. */
export async function serve(flags: DrillFlags, io: CliIo): Promise<number> {
  const dir = flags.dir;
  if (dir === undefined) throw usage('missing --dir', { place: '--dir', next: 'fireaxe drill up' });
  const [words, { serveLab }, { scenarioNamed }] = await Promise.all([
    labWords(flags),
    import('../../drill/process/serve.ts'),
    import('../../drill/scenarios/index.ts'),
  ]);
  await serveLab({
    ...words,
    dir,
    scenario: scenarioNamed(words.scenario),
    ...(flags.attached === true && { parent: io.stdin }),
    lifetimeMs: LIFETIME_MS,
    stop: io.stop,
  });
  return EXIT.done;
}
