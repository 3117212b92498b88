import { usage } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { EXIT } from '../exit-codes.ts';
import { createSink, table } from '../output.ts';
import { defineVerb } from '../types.ts';

const NOTES = `
Without a name they are listed. They are also in the package, in schemas/. An editor with the YAML language server checks
a file by its first line, as kit init writes it:
  # yaml-language-server: $schema=schemas/kit.schema.json`;

export default defineVerb({
  name: 'schema',
  summary: 'Print the JSON Schema of a file, or of what the verbs print',
  examples: ['fireaxe schema', 'fireaxe schema playbook', 'fireaxe schema --output json'],
  danger: 'read',
  argument: ['[name]', 'one of those that are listed'],
  options: {},
  notes: NOTES,
  async run([name], flags, io) {
    const sink = createSink(io, flags);
    const { SCHEMAS, schemaText } = await import('../schema/published.ts');
    if (name !== undefined) {
      // It is JSON already, whatever --output says.
      io.stdout.write(schemaText(schemaNamed(name, SCHEMAS)));
      return EXIT.done;
    }
    const schemas = Object.entries(SCHEMAS).map(([name, { title }]) => ({ name, title }));
    for (const line of table([['NAME', 'OF'], ...schemas.map((one) => [one.name, one.title])]))
      sink.text(line);
    sink.json({ schemas });
    return EXIT.done;
  },
});

function schemaNamed<T>(name: string, schemas: Readonly<Record<string, T>>): T {
  if (Object.hasOwn(schemas, name)) return schemas[name]!;
  const names = Object.keys(schemas);
  const meant = nearest(name, names);
  throw usage(`no schema ${JSON.stringify(name)}`, {
    place: 'NAME',
    expected: `${meant ? `perhaps ${meant}; ` : ''}one of ${names.join(', ')}`,
    next: 'fireaxe schema',
  });
}
