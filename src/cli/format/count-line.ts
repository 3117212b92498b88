import { nodesText } from '../../base/counts-line.ts';
import { bindStep } from '../../plan/bound.ts';
import { actionSteps } from '../../plan/steps.ts';
import type { ActionStep, Plan } from '../../plan/types.ts';
import type { Outcome } from '../../transport/types.ts';

/** Where the checks ran, what each step's targets answered. */
export type Checks = readonly { step: Pick<ActionStep, 'id'>; outcomes: readonly Outcome[] }[];

interface Sum {
  one: string;
  many: string;
  done: string;
  /** Things that are counted once, however many steps touch them. */
  things: Set<string>;
  /** How many the checks found, by node and name: several steps that look for the same find the same. */
  found: Map<string, number>;
  /** Nodes whose things nobody has counted, by node and name. */
  unknown: Map<string, string>;
}

/** The last line of a plan, what it does in all: `in all: 3 hosts fenced, 48 processes held, 3 machines restarted`. */
export function countLine(plan: Plan, checks: Checks = []): string | undefined {
  const sums = new Map<string, Sum>();
  const failed = new Set<string>();
  for (const step of actionSteps(plan)) {
    const outcomes = new Map(
      checks.find((check) => check.step.id === step.id)?.outcomes.map((outcome) => [outcome.target, outcome]),
    );
    for (const [target, { state }] of outcomes) if (state !== 'ok') failed.add(target);
    add(sums, step, outcomes);
  }
  const parts = [...sums.values()].flatMap(sumText);
  if (parts.length === 0) return undefined;
  const notChecked = failed.size > 0 ? `; the check failed on ${nodesText(failed.size)}` : '';
  return `in all: ${parts.join(', ')}${notChecked}`;
}

function add(sums: Map<string, Sum>, step: ActionStep, outcomes: Map<string, Outcome>): void {
  const bound = bindStep(step);
  for (const { one, many, done, names = [''], found } of bound?.action.counted?.(bound.params) ?? []) {
    const key = `${many} ${done}`;
    const sum = sums.get(key) ?? { one, many, done, things: new Set(), found: new Map(), unknown: new Map() };
    sums.set(key, sum);
    // Of several nodes that may do it, one does.
    if (step.anyOf) {
      for (const name of names) sum.things.add(`${step.id}/${name}`);
      continue;
    }
    for (const target of step.targets) {
      const result = outcomes.get(target)?.result;
      if (result?.state === 'already') continue;
      const many = found === undefined ? undefined : result?.data?.[found];
      for (const thing of names.map((name) => `${target}/${name}`)) {
        if (found === undefined) sum.things.add(thing);
        else if (many === undefined || !/^\d{1,6}$/.test(many)) sum.unknown.set(thing, target);
        else sum.found.set(thing, Math.max(Number(many), sum.found.get(thing) ?? 0));
      }
    }
  }
}

function sumText({ one, many, done, things, found, unknown }: Sum): string[] {
  const n = [...found.values()].reduce((a, b) => a + b, things.size);
  const counted = `${n} ${n === 1 ? one : many} ${done}`;
  const left = new Set([...unknown].flatMap(([thing, target]) => (found.has(thing) ? [] : [target])));
  if (left.size === 0) return [counted];
  const rest = `${many} ${done} on ${nodesText(left.size)}`;
  return n > 0 ? [counted, `more ${rest}`] : [rest];
}
