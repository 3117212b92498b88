import { EXIT } from '../exit-codes.ts';
import { createSink, table } from '../output.ts';
import { ownPlaybooks } from '../playbooks.ts';
import { reported } from '../report-error.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'playbooks list',
  summary: 'List the playbooks, built in and of the kit, with the parameters that they need',
  examples: ['fireaxe playbooks list', 'fireaxe playbooks list --output json'],
  danger: 'read',
  options: {},
  notes: '\nExit 3 where one of the kit cannot be read.',
  async run(_args, flags, io) {
    const sink = createSink(io, flags);
    const [{ loadPlaybook }, { SHIPPED }, own] = await Promise.all([
      import('../../playbook/load.ts'),
      import('../../playbook/shipped.ts'),
      ownPlaybooks(flags, io, sink.note),
    ]);
    const names = [...new Set([...Object.keys(SHIPPED), ...Object.keys(own.playbooks)])].sort();
    const read = async (name: string) => {
      const from = own.playbooks[name] ?? 'built in';
      try {
        const { title, parameters } = await loadPlaybook(name, own);
        const all = Object.entries(parameters).map(([parameter, about]) => ({ name: parameter, ...about }));
        return { name, from, title, parameters: all };
      } catch (error) {
        return { name, from, problem: reported(error).error };
      }
    };
    const playbooks = await Promise.all(names.map(read));
    const rows = playbooks.map(({ name, from, title, parameters = [] }) => {
      const needed = parameters.filter((one) => one.default === undefined).map((one) => one.name);
      return [name, from, needed.join(','), title ?? ''];
    });
    for (const line of table([['NAME', 'FROM', 'NO DEFAULT', 'TITLE'], ...rows])) sink.text(line);
    for (const { name, problem } of playbooks)
      if (problem) sink.note(`warning: ${name}: ${problem.message} (${problem.place})`);
    for (const playbook of playbooks) sink.event({ playbook });
    if (sink.mode === 'json') sink.json({ count: playbooks.length, playbooks });
    return playbooks.some(({ problem }) => problem) ? EXIT.targets : EXIT.done;
  },
});
