import { STARTED, startParameters } from '../../actions/start/params.ts';
import { LONGEST_MS, parseSpan } from '../../base/duration.ts';
import { usage } from '../../base/errors.ts';
import type { ClusterKit } from '../../kit/types.ts';
import type { GateSpec } from '../../plan/types.ts';
import { givenParameters, parameterFlags, runAction } from '../action-verb.ts';
import { healthyFor } from '../healthy-gate.ts';
import { nodeGateOf, nodeGateOptions } from '../node-gate.ts';
import { type Given, value } from '../option.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'start',
  summary:
    'Start an API server (or etcd, kube-controller-manager, kube-scheduler) that the kubelet would start only after its back-off of up to 5 minutes',
  examples: [
    'fireaxe start -c prod-1 --reason INC-42 --dry-run',
    'fireaxe start -c prod-1 --reason INC-42',
    'fireaxe start -c prod-1 --component etcd --nodes cp-2 --reason INC-42',
  ],
  danger: 'change',
  options: {
    ...parameterFlags(startParameters),
    ...targetOptions,
    ...paceOptions,
    ...waveOptions,
    gate: value(
      '--gate <duration>',
      'an API server answers this long before the next host; one host at a time',
    ),
    ...nodeGateOptions,
    ...changeOptions,
  },
  notes: `\nComponents: ${STARTED.join(', ')}. One that runs is left alone.`,
  run(_args, flags, io) {
    const gateOf = gatedStart(flags);
    return runAction(gateOf && flags.wave === undefined ? { ...flags, wave: '1' } : flags, io, {
      action: 'start',
      params: givenParameters(startParameters, flags),
      anywhere: 'role=control-plane',
      ...(gateOf && { gate: gateOf }),
    });
  },
});

/** One server is enough, as the first one that is started is the only one; the workers are those that come back to it. */
function gatedStart(
  flags: Given<typeof nodeGateOptions> & { gate?: string | undefined },
): ((cluster: ClusterKit) => GateSpec) | undefined {
  const { gate } = flags;
  const asked = nodeGateOf(flags);
  if (gate === undefined) {
    if (!asked) return undefined;
    throw usage('--gate-nodes has no effect without --gate', {
      place: '--gate-nodes',
      next: 'add --gate 10s',
    });
  }
  const spec = { ...healthyFor(parseSpan(gate, '--gate', 0, LONGEST_MS)), answering: '1' };
  return ({ fleet }) => {
    const nodes = nodeGateOf(
      flags,
      fleet.nodes.filter(({ roles }) => !roles.includes('control-plane')),
    );
    return { ...spec, ...(nodes && { nodes }) };
  };
}
