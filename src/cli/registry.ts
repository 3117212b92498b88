import type { VerbDefinition } from './types.ts';

interface RegisteredVerb {
  name: string;
  summary: string;
  group: 'Look' | 'Act' | 'Plan and run' | 'Practise';
  /** Loaded only when the verb is used: `--help` must cost almost nothing. */
  load(): Promise<VerbDefinition>;
}

/** All verbs, in the order in which help lists them. */
export function verbs(): RegisteredVerb[] {
  return [
    {
      name: 'nodes',
      summary: 'List the nodes that a selection means',
      group: 'Look',
      load: async () => (await import('./verbs/nodes.ts')).default,
    },
  ];
}
