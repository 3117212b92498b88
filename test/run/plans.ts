import type { Kit } from '../../src/kit/types.ts';
import { planActionStep } from '../../src/plan/draft.ts';
import { sealPlan } from '../../src/plan/seal.ts';
import type { Plan, Workstream } from '../../src/plan/types.ts';

const request = (kit: Kit) => ({
  kit,
  cluster: kit.clusters.c!,
  reason: 'test',
  now: new Date(),
  overrides: {},
});

/** A step that holds a process on all nodes of the kit. */
export function holdStep(kit: Kit, id: string, rest: { maxFailures?: string; parallel?: number } = {}) {
  return planActionStep(
    {
      id,
      action: 'stop',
      params: { process: 'agent' },
      targets: kit.clusters.c!.fleet.nodes.map((n) => n.name),
      place: 'test',
      maxFailures: '100%',
      ...rest,
    },
    request(kit),
  );
}

export function planOf(
  kit: Kit,
  workstreams: (Omit<Workstream, 'title' | 'needs'> & Partial<Workstream>)[],
): Plan {
  const whole = workstreams.map((w) => ({ title: w.name, needs: {}, ...w }));
  return sealPlan({ name: 'test', title: 'test', params: {}, workstreams: whole }, request(kit));
}
