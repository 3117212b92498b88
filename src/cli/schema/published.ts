import cluster from '../../../schemas/cluster.schema.json' with { type: 'json' };
import fleet from '../../../schemas/fleet.schema.json' with { type: 'json' };
import kit from '../../../schemas/kit.schema.json' with { type: 'json' };
import playbook from '../../../schemas/playbook.schema.json' with { type: 'json' };

/** The JSON Schemas of the package, so that they can be read without a network; the tests derive them from the code. */
export const SCHEMAS: Readonly<Record<string, { title: string }>> = { kit, cluster, fleet, playbook };

/** A schema as its file has it. */
export const schemaText = (schema: object): string => `${JSON.stringify(schema, null, 2)}\n`;
