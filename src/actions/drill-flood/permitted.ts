import { FireaxeError, usage } from '../../base/errors.ts';
import type { ActionContext } from '../../node/types.ts';
import { MOST_NODES } from './params.ts';
import { unclearServer } from './servers.ts';

/**
 * Throws where the kit does not allow a drill on this cluster, these nodes must not be the ones that flood, or what
 * they would flood may be another machine.
 */
export function permitted(targets: readonly string[], { cluster, nodes }: ActionContext): void {
  const refusal = refusalOf(targets, { cluster, nodes });
  if (refusal) throw refusal;
}

function refusalOf(targets: readonly string[], { cluster, nodes }: ActionContext): FireaxeError | undefined {
  if (cluster.drills !== 'allowed')
    return new FireaxeError('guard', `drills are not allowed on ${cluster.name}`, {
      expected: 'drills: allowed at this cluster in kit.yaml',
      next: 'fireaxe help game-day',
    });
  if (targets.length > MOST_NODES)
    return usage(`a flood from ${targets.length} nodes`, {
      expected: `at most ${MOST_NODES} nodes`,
      next: `add --limit ${MOST_NODES}`,
    });
  const unclear = unclearServer(nodes);
  if (unclear) return unclear;
  const meant = new Set(targets);
  const own = nodes.find(
    ({ name, roles }) => meant.has(name) && (roles.length !== 1 || roles[0] !== 'worker'),
  );
  return own
    ? usage(`a flood from ${own.name}, which is ${own.roles.join(' and ') || 'of no role'}`, {
        expected: 'workers only',
        next: 'add -l role=worker',
      })
    : undefined;
}
