import { PLAYBOOK } from '../arguments.ts';
import { EXIT } from '../exit-codes.ts';
import { createSink } from '../output.ts';
import { ownPlaybooks } from '../playbooks.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'playbooks show',
  summary: 'Print a playbook as it is written, to read it or to make your own from it',
  examples: [
    'fireaxe playbooks show control-plane-lockout',
    'fireaxe playbooks show shed-load --output json',
  ],
  danger: 'read',
  argument: PLAYBOOK,
  options: {},
  async run([name], flags, io) {
    const sink = createSink(io, flags);
    const { playbookText } = await import('../../playbook/find.ts');
    const { text, file } = await playbookText(name!, await ownPlaybooks(flags, io, sink.note));
    for (const line of text.trimEnd().split('\n')) sink.text(line);
    sink.json({ name: name!, file, text });
    return EXIT.done;
  },
});
