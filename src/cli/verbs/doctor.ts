import { LONGEST_MS, parseSpan } from '../../base/duration.ts';
import { usage } from '../../base/errors.ts';
import { CHECKS, type Check } from '../../doctor/types.ts';
import { doctor } from '../doctor/doctor.ts';
import { EXIT } from '../exit-codes.ts';
import { parsed, toggle, value } from '../option.ts';
import { clusterOptions, sudoOptions, wholeNumber } from '../options.ts';
import { defineVerb } from '../types.ts';

const DEADLINE = '20s';
const SAMPLE = 3;

export default defineVerb({
  name: 'doctor',
  summary: 'Say whether the emergency path is open now: kit, logins, cloud, clocks, and what they depend on',
  examples: [
    'fireaxe doctor',
    "fireaxe doctor -c 'prod-*' --sample 10",
    'fireaxe doctor --offline',
    'fireaxe doctor --skip permissions,drill --output json',
  ],
  danger: 'read',
  options: {
    sample: parsed('--sample <N>', 'nodes to log in to, of each cluster by each transport', wholeNumber, {
      default: `${SAMPLE}`,
    }),
    offline: toggle('--offline', 'ask no node, no cloud and no resolver'),
    skip: value('--skip <checks>', 'checks to leave out, by the names below'),
    timeout: value('--timeout <duration>', 'deadline of each login', { default: DEADLINE }),
    ...clusterOptions,
    ...sudoOptions,
  },
  notes:
    '\nAll clusters of the kit, unless some are selected. Exit 3 where something is red. It changes nothing.',
  async run(_args, flags, io) {
    const skipped = (flags.skip ?? '')
      .split(',')
      .map((word) => word.trim())
      .filter(Boolean);
    const unknown = skipped.find((word) => !CHECKS.includes(word as Check));
    if (unknown !== undefined)
      throw usage(`unknown check ${JSON.stringify(unknown)}`, {
        place: '--skip',
        expected: `some of ${CHECKS.join(', ')}`,
      });
    const { state } = await doctor(flags, io, {
      sample: flags.offline === true ? 0 : (flags.sample ?? SAMPLE),
      offline: flags.offline === true,
      timeoutMs: parseSpan(flags.timeout ?? DEADLINE, '--timeout', 3_000, LONGEST_MS),
      wanted: (check) => !skipped.includes(check),
    });
    return state === 'red' ? EXIT.targets : EXIT.done;
  },
});
