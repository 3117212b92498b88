import { POLICIES } from './policies.ts';
import type { Permission, Statement } from './types.ts';

/** Calls that are allowed alike share a statement. */
export function statementsOf(permissions: Permission[]): Statement[] {
  const groups = new Map<string, Permission[]>();
  for (const one of permissions) {
    const { resources, only, ofCluster, ofOurs } = one;
    const key = JSON.stringify({ resources, only, ofCluster, ofOurs });
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => ({
    ...allowed(
      group.map(({ action }) => action),
      group[0]!.resources,
    ),
    ...conditionOf(group[0]!),
  }));
}

/**
 * One line of JSON that allows these calls, for a policy that lacks them. Without conditions: a tag that is missing may be
 * why they were refused.
 */
export function statementFor(actions: string[]): string {
  const known = Object.values(POLICIES).flatMap((policy) => policy.permissions);
  const resources = actions.flatMap((action) => {
    const found = known.filter((one) => one.action === action);
    return found.length > 0 ? found.flatMap((one) => one.resources ?? '*') : '*';
  });
  const all = [...new Set(resources)];
  return JSON.stringify(allowed(actions, all.includes('*') ? undefined : all));
}

/** What a check says before anything is changed. */
export function notAllowed(actions: string[]): string {
  const add = `add to their policy: ${statementFor(actions)}`;
  return `these credentials do not allow ${actions.join(', ')}: nothing was changed; ${add}`;
}

function allowed(actions: string[], resources: string[] = ['*']): Statement {
  return { Effect: 'Allow', Action: oneOrMore(actions), Resource: oneOrMore(resources) };
}

const oneOrMore = (texts: string[]) => (texts.length === 1 ? texts[0]! : texts);

function conditionOf({ action, only, ofCluster, ofOurs }: Permission): Pick<Statement, 'Condition'> {
  if (ofOurs) return { Condition: { Null: { 'aws:ResourceTag/fireaxe:run': 'false' } } };
  if (!ofCluster) return only ? { Condition: only } : {};
  // SSM asks for a further condition wherever SendCommand has a key of `aws:`.
  const key = action.startsWith('ssm:') ? 'ssm:resourceTag' : 'aws:ResourceTag';
  return { Condition: { StringEquals: { [`${key}/kubernetes.io/cluster/CLUSTER`]: ['owned', 'shared'] } } };
}
