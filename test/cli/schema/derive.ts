import { z } from 'zod';
import { ACTION_NAMES } from '../../../src/actions/registry.ts';
import { snapshotSchema } from '../../../src/fleet/snapshot.ts';
import { clusterSchema, defaultsSchema } from '../../../src/kit/schema/cluster.ts';
import { kitSchema } from '../../../src/kit/schema/kit.ts';
import { entrySchemas, playbookSchema, stepSchemas } from '../../../src/playbook/grammar.ts';

/** The JSON Schemas of what people write, derived from the schemas by which Fireaxe reads it. */

// biome-ignore lint/suspicious/noExplicitAny: any part of a JSON Schema.
export type JsonSchema = any;

const DIALECT = 'https://json-schema.org/draft/2020-12/schema';

/** As typed: before defaults and conversions. */
const typed = (schema: z.ZodType): JsonSchema => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
};

export const titled = (name: string, title: string, schema: JsonSchema): JsonSchema => ({
  $schema: DIALECT,
  $id: `urn:fireaxe:schema:${name}`,
  title,
  ...schema,
});

/** A map that is laid over the defaults: what is missing in it, they may have. Lists are taken whole. */
function layered(schema: JsonSchema): JsonSchema {
  const { required: _, properties, additionalProperties, ...rest } = schema;
  return {
    ...rest,
    ...(properties && {
      properties: Object.fromEntries(Object.entries(properties).map(([key, of]) => [key, layered(of)])),
    }),
    ...(additionalProperties !== undefined && {
      additionalProperties:
        typeof additionalProperties === 'object' ? layered(additionalProperties) : additionalProperties,
    }),
  };
}

/** An empty one has nothing but the defaults. */
const orNothing = (schema: JsonSchema): JsonSchema => ({ ...schema, type: ['object', 'null'] });

export function clusterFile(): JsonSchema {
  return titled(
    'cluster',
    'clusters/<name>.yaml of a kit of Fireaxe',
    orNothing(layered(typed(clusterSchema))),
  );
}

export function kitFile(): JsonSchema {
  const kit = typed(kitSchema);
  kit.properties.defaults = orNothing(layered(typed(defaultsSchema)));
  kit.properties.clusters.additionalProperties = { $ref: '#/$defs/cluster' };
  return titled('kit', 'kit.yaml of Fireaxe', {
    ...kit,
    $defs: { cluster: orNothing(layered(typed(clusterSchema))) },
  });
}

export function fleetFile(): JsonSchema {
  return titled('fleet', 'fleet/<cluster>.json of a kit of Fireaxe', typed(snapshotSchema));
}

const anyOf = (defs: Record<string, JsonSchema>) => ({
  anyOf: Object.keys(defs).map((name) => ({ $ref: `#/$defs/${name}` })),
});

export function playbookFile(): JsonSchema {
  const playbook = typed(playbookSchema);
  const all = (schemas: Record<string, z.ZodType>): Record<string, JsonSchema> =>
    Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, typed(schema)]));
  const [entries, steps] = [all(entrySchemas), all(stepSchemas)];
  steps.action.properties.action.enum = [...ACTION_NAMES];
  entries.workstream.properties.steps.items = anyOf(steps);
  playbook.properties.workstreams.items = anyOf(entries);
  return titled('playbook', 'A playbook of Fireaxe', { ...playbook, $defs: { ...entries, ...steps } });
}
