import cluster from '../../../schemas/cluster.schema.json' with { type: 'json' };
import fleet from '../../../schemas/fleet.schema.json' with { type: 'json' };
import kit from '../../../schemas/kit.schema.json' with { type: 'json' };
import output from '../../../schemas/output.schema.json' with { type: 'json' };
import plan from '../../../schemas/plan.schema.json' with { type: 'json' };
import playbook from '../../../schemas/playbook.schema.json' with { type: 'json' };

/** The JSON Schemas of the package, so that they can be read without a network; the tests derive them from the code. */
export const SCHEMAS: Readonly<Record<string, { title: string }>> = {
  kit,
  cluster,
  fleet,
  playbook,
  plan,
  output,
};

/** A schema as its file has it. */
export const schemaText = (schema: object): string => `${JSON.stringify(schema, null, 2)}\n`;
