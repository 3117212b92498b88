import type { VerbDefinition } from './types.ts';

type Argument = NonNullable<VerbDefinition['argument']>;

/** The run that a verb is about. */
export const RUN: Argument = ['<run>', 'an id from fireaxe runs, its beginning, or last', 'fireaxe runs'];

/** The playbook that a verb is about. */
export const PLAYBOOK: Argument = [
  '<playbook>',
  'a name, or a path to a YAML file',
  'fireaxe playbooks list',
];
