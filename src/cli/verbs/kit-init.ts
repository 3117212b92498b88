import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { refusals } from '../../base/together.ts';
import { kitPath } from '../../kit/locate.ts';
import { EXIT } from '../exit-codes.ts';
import { parsed, toggle, value, values } from '../option.ts';
import { createSink } from '../output.ts';
import { defineVerb } from '../types.ts';
import { wholeNumber } from '../whole-number.ts';

/** The schemas of what people write in a kit. */
const OF_KIT = ['kit', 'cluster', 'playbook'];

export default defineVerb({
  name: 'kit init',
  summary: 'Make a kit: asks at a terminal, or takes flags; never overwrites anything',
  examples: [
    'fireaxe kit init ~/kit',
    'fireaxe kit init ~/kit -c prod-1 --user core --identity ~/.ssh/prod-1',
    'fireaxe kit init ~/kit -c prod-1 --agent --jump core@203.0.113.5',
    'fireaxe kit init -c prod-1 --identity ~/.ssh/prod-1 --region us-west-2 --profile breakglass',
  ],
  danger: 'read',
  argument: ['[directory]', 'a new directory or an empty one (default: where the kit is looked for)'],
  options: {
    cluster: values('-c, --cluster <name>', 'name of its first cluster', { default: 'prod-1' }),
    user: value('--user <login>', 'login on the nodes', { default: 'root' }),
    port: parsed('--port <N>', 'port of their SSH servers', wholeNumber, { default: '22' }),
    identity: value('--identity <file>', 'private key that the nodes accept; it is copied into the kit'),
    agent: toggle('--agent', 'try the keys of the agent at SSH_AUTH_SOCK'),
    jump: value('--jump <user@address:port>', 'bastion in front of the nodes'),
    region: value('--region <name>', 'AWS region of the cluster'),
    profile: value('--profile <name>', 'AWS profile, with --region'),
  },
  notes:
    '\nThe nodes of the new cluster are examples, at which nobody answers: kit import takes their place.',
  async run([typed], flags, io) {
    const sink = createSink(io, flags);
    const directory = typed === undefined ? kitPath(flags.kit, io.env) : resolve(typed);
    const [{ askForRest, answersOf, keyFiles }, { mistakesIn }, { refuseTaken, refuseLooseAbove, writeKit }] =
      await Promise.all([
        import('../kit/init-answers.ts'),
        import('../../kit/init/answers.ts'),
        import('../../kit/init/write.ts'),
      ]);
    const [{ kitYaml, KNOWN_HOSTS }, { exampleFleet }, { openKit }, { SCHEMAS, schemaText }] =
      await Promise.all([
        import('../../kit/init/template.ts'),
        import('../../kit/init/example.ts'),
        import('../../kit/open.ts'),
        import('../schema/published.ts'),
      ]);
    const refused = refusals();
    // Before the first question: no answer could help.
    await refuseTaken(directory);
    const given = await askForRest(flags, io);
    await refused.try(() => refuseLooseAbove(directory));
    const { answers, wrong } = answersOf(given);
    for (const error of [...wrong, ...mistakesIn(answers)]) refused.add(error);
    const { cluster, identity } = answers;
    const keys = identity && (await refused.try(() => keyFiles(given.identity!, identity)));
    refused.end('mistakes; no kit was made');

    const files = [
      { name: 'kit.yaml', content: kitYaml(answers) },
      {
        name: `fleet/${cluster}.json`,
        content: `${JSON.stringify(exampleFleet(cluster, io.now()), null, 1)}\n`,
      },
      { name: 'known_hosts', content: KNOWN_HOSTS },
      ...(keys || []),
      // Beside what they describe: an editor checks it without a network.
      ...OF_KIT.map((name) => ({
        name: `schemas/${name}.schema.json`,
        content: schemaText(SCHEMAS[name]!),
      })),
    ];
    await writeKit(directory, files, () => openKit(directory));
    const path = await realpath(directory);
    const names = files.map(({ name }) => name);
    sink.text(`${path}: a kit with the cluster ${cluster}: ${names.join(', ')}`);
    sink.note('next: its nodes: fireaxe kit import --help; then their host keys: fireaxe kit hosts --help');
    sink.json({ kit: path, cluster, files: names });
    return EXIT.done;
  },
});
