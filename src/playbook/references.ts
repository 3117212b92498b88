import { ACTION_NAMES } from '../actions/registry.ts';
import { usage } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import type { Workstream } from '../plan/types.ts';
import { parametersIn } from './interpolate.ts';
import type { Playbook } from './types.ts';

/** Every name in a playbook must exist: workstreams, steps, actions and parameters. Throws with the place. */
export function checkReferences(playbook: Playbook): void {
  const { place } = playbook;
  const workstreams = new Set<string>();
  const steps = new Set<string>();
  const actions = new Set<string>();
  const causes = new Set<string>();
  const holds = new Set<string>();
  const gates = new Set<string>();
  for (const [i, workstream] of playbook.workstreams.entries()) {
    if (workstreams.has(workstream.name))
      throw twice('workstream', workstream.name, place(['workstreams', i, 'name']));
    workstreams.add(workstream.name);
    for (const name of parametersIn([workstream.title, workstream.when]))
      known(name, Object.keys(playbook.parameters), 'parameter', place(['workstreams', i]));
    for (const [j, step] of workstream.steps.entries()) {
      const at = (...rest: PropertyKey[]) => place(['workstreams', i, 'steps', j, ...rest]);
      if (steps.has(step.id)) throw twice('step', step.id, at('id'));
      steps.add(step.id);
      if (step.kind === 'gate') gates.add(step.id);
      if (step.kind === 'action') {
        actions.add(step.id);
        if (step.action === 'stop') holds.add(step.id);
        if (step.removesCause) causes.add(step.id);
        known(step.action, ACTION_NAMES, 'action', at('action'));
        const idle =
          step.anyOf &&
          (['limit', 'canary', 'wave', 'parallel', 'keepTrying'] as const).find((key) => step[key]);
        if (idle) {
          throw usage(`${idle} has no effect with anyOf`, {
            place: at(idle),
            expected: 'one of the two: anyOf takes its nodes one after another, until one succeeds',
          });
        }
        if (step.clients && !step.gate) {
          throw usage('clients without a gate', {
            place: at('clients'),
            expected: 'a gate that must hold after each batch',
          });
        }
      }
      for (const name of parametersIn(step)) known(name, Object.keys(playbook.parameters), 'parameter', at());
    }
  }
  for (const [i, workstream] of playbook.workstreams.entries()) {
    for (const need of needed(workstream.needs)) {
      known(need, workstreams, 'workstream', place(['workstreams', i, 'needs']));
    }
    for (const [j, step] of workstream.steps.entries()) {
      if (step.kind === 'action' && step.keepTrying !== undefined)
        known(step.keepTrying, gates, 'gate', place(['workstreams', i, 'steps', j, 'keepTrying']));
      if (step.kind !== 'undo') continue;
      const at = place(['workstreams', i, 'steps', j, 'undo']);
      const later = workstream.steps.slice(j).map(({ id }) => id);
      for (const id of step.undo) {
        known(id, actions, 'step', at);
        if (later.includes(id)) throw tooEarly(id, at);
        if (step.onceGone !== undefined && !holds.has(id)) {
          throw usage(`onceGone is for what holds pods: ${id} does not`, {
            place: at,
            expected: 'steps of the action stop',
          });
        }
        if (causes.has(id)) {
          throw usage(`${id} removes the cause and is not undone by a playbook`, {
            place: at,
            expected: 'steps without removesCause',
          });
        }
      }
    }
  }
  refuseCycles(playbook);
}

const needed = ({ all = [], any = [], ended = [] }: Workstream['needs']) => [...all, ...any, ...ended];

function refuseCycles(playbook: Playbook): void {
  const needs = new Map(playbook.workstreams.map((w) => [w.name, needed(w.needs)]));
  const visit = (name: string, trail: string[]): void => {
    if (trail.includes(name)) {
      const i = playbook.workstreams.findIndex((w) => w.name === name);
      throw usage(`workstreams wait for each other: ${[...trail, name].join(' → ')}`, {
        place: playbook.place(['workstreams', i, 'needs']),
      });
    }
    for (const need of needs.get(name) ?? []) visit(need, [...trail, name]);
  };
  for (const name of needs.keys()) visit(name, []);
}

/** Throws usage, with the nearest of the words, where it is none of them. */
export function known(word: string, words: Iterable<string>, what: string, place: string): void {
  const all = [...words];
  if (all.includes(word)) return;
  const meant = nearest(word, all);
  throw usage(`unknown ${what} ${word}`, {
    place,
    expected:
      all.length === 0
        ? `no ${what} is declared`
        : `${meant ? `perhaps ${meant}; ` : ''}one of ${all.join(', ')}`,
  });
}

function tooEarly(id: string, place: string) {
  return usage(`${id} cannot be undone here: it comes later`, {
    place,
    expected: 'steps of other workstreams, or earlier steps of this one',
  });
}

function twice(what: string, name: string, place: string) {
  return usage(`duplicate ${what} ${name}`, {
    place,
    expected: `another name for this ${what}, or a prefix where it is included, such as as: second`,
  });
}
