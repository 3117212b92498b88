import { PLAYBOOK } from '../arguments.ts';
import { EXIT } from '../exit-codes.ts';
import { createSink } from '../output.ts';
import { ownPlaybooks } from '../playbooks.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'playbooks check',
  summary: 'Check a playbook: grammar, names and parameters, with the place of each mistake',
  examples: [
    'fireaxe playbooks check own.yaml',
    'fireaxe plan ./own.yaml -c prod-1      # also the nodes and values',
  ],
  danger: 'read',
  argument: PLAYBOOK,
  options: {},
  notes: '\nExit 2 at the first mistake. It needs no kit.',
  async run([name], flags, io) {
    const sink = createSink(io, flags);
    const { loadPlaybook } = await import('../../playbook/load.ts');
    const playbook = await loadPlaybook(name!, await ownPlaybooks(flags, io, () => {}));
    const steps = playbook.workstreams.reduce((sum, workstream) => sum + workstream.steps.length, 0);
    const counts = {
      name: playbook.name,
      workstreams: playbook.workstreams.length,
      steps,
      parameters: Object.keys(playbook.parameters).length,
      ...(playbook.includes.length > 0 && { includes: playbook.includes }),
    };
    const includes = counts.includes ? `, includes ${counts.includes.join(', ')}` : '';
    sink.text(
      `${counts.name}: valid: workstreams ${counts.workstreams}, steps ${steps}, parameters ${counts.parameters}${includes}`,
    );
    sink.json(counts);
    return EXIT.done;
  },
});
