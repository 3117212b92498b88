import { type JsonSchema, titled } from './derive.ts';
import { definitionsOf } from './of-types.mjs';

/** The JSON Schemas of what the verbs print, and of the file of a saved plan: derived from their types. */

type Schemas = Record<string, JsonSchema>;

/** Each verb has a definition of its own name there, and so have `line` and `failure`. */
export function ofTypes(): Record<'output' | 'plan', JsonSchema> {
  const defs = renamed(definitionsOf('src/cli/results/published.ts', 'Published'));
  const { Published, Results, Lines, ...types } = defs;
  const { plan, failure } = Published.properties;
  const planTypes = structuredClone(neededBy(plan, types));
  const verbs = Object.entries<JsonSchema>(Results.properties).map(([verb, of]): [string, JsonSchema] => [
    verb.replace(' ', '-'),
    printed(of, types),
  ]);
  const line = printed({ anyOf: Object.values(Lines.properties) }, types);
  const own = Object.fromEntries([...verbs, ['line', line], ['failure', printed(failure, types)]]);
  return {
    output: titled('output', 'What the verbs of Fireaxe print with --output json', {
      anyOf: verbs.map(([verb]) => ({ $ref: `#/$defs/${verb}` })),
      $defs: { ...own, ...neededBy(own, types) },
    }),
    plan: titled('plan', 'A plan that Fireaxe saved', { ...plan, $defs: planTypes }),
  };
}

/** The sink adds the version of the form to all that it prints. */
function printed(schema: JsonSchema, types: Schemas): JsonSchema {
  const allow = (of: JsonSchema): void => {
    if (of.$ref) allow(types[of.$ref.replace('#/$defs/', '')]);
    for (const one of of.anyOf ?? []) allow(one);
    if (of.properties) of.properties = { schemaVersion: { const: 1 }, ...of.properties };
  };
  allow(schema);
  return { type: 'object', required: ['schemaVersion'], allOf: [schema] };
}

/** The definitions that a schema names, and those that they name. */
function neededBy(schema: JsonSchema, types: Schemas): Schemas {
  const found: Schemas = {};
  const visit = (of: JsonSchema) => {
    for (const [, name] of JSON.stringify(of).matchAll(/"#\/\$defs\/([^"]+)"/g)) {
      if (name! in found) continue;
      found[name!] = types[name!];
      visit(types[name!]);
    }
  };
  visit(schema);
  return found;
}

/** Names that need no escapes in a reference, where draft 2020-12 has them. */
function renamed(definitions: Schemas): Schemas {
  const name = (of: string) => of.replace(/[^A-Za-z0-9]+/g, '_').replace(/_$/, '');
  const text = JSON.stringify(definitions).replace(
    /"#\/definitions\/([^"]+)"/g,
    (_, of) => `"#/$defs/${name(of)}"`,
  );
  return Object.fromEntries(Object.entries(JSON.parse(text)).map(([key, of]) => [name(key), of]));
}
