import { scaleParameters } from '../../actions/scale/params.ts';
import { scaleAddParameters } from '../../actions/scale-add/params.ts';
import { scaleEksParameters } from '../../actions/scale-eks/params.ts';
import { scaleFlagsParameters, TIMEOUT } from '../../actions/scale-flags/params.ts';
import { scaleVolumeParameters } from '../../actions/scale-volume/params.ts';
import { usage } from '../../base/errors.ts';
import { runAction } from '../action-verb.ts';
import { changeOptions, paceOptions, targetOptions } from '../options.ts';
import { defineVerb } from '../types.ts';
import { type Variant, variantFlags, variantParameters } from '../variants.ts';

/** Each is chosen by a flag of its own. */
const TYPE = { action: 'scale', by: '--type', parameters: scaleParameters, keys: ['type'] };
const ADD = {
  action: 'scale-add',
  by: '--add',
  parameters: scaleAddParameters,
  keys: ['add', 'template'],
};
const VOLUME = {
  action: 'scale-volume',
  by: '--iops',
  parameters: scaleVolumeParameters,
  keys: ['iops', 'throughput', 'toGp3'],
};
const FLAGS = { action: 'scale-flags', by: '--flag', parameters: scaleFlagsParameters, keys: ['flag'] };
const EKS = {
  action: 'scale-eks',
  by: '--eks-tier',
  parameters: scaleEksParameters,
  keys: ['eksTier'],
};
const variants: (Variant & { keys: string[] })[] = [TYPE, ADD, VOLUME, FLAGS, EKS];

export default defineVerb({
  name: 'scale',
  summary: 'Give the API servers more: a bigger instance type, more servers, faster volumes, higher limits',
  examples: [
    'fireaxe scale -c prod-1 --type m7i.8xlarge --reason INC-42 --dry-run',
    'fireaxe scale -c prod-1 --type m7i.8xlarge --reason INC-42 --confirm "prod-1 3"',
    'fireaxe scale -c prod-1 --add 2 --template lt-0123456789abcdef0:7 --reason INC-42 --confirm "prod-1 1"',
    'fireaxe scale -c prod-1 --iops 16000 --throughput 1000 --reason INC-42',
    'fireaxe scale -c prod-1 --flag max-requests-inflight=800 --reason INC-42 --confirm "prod-1 3"',
    'fireaxe scale -c prod-1 --eks-tier tier-xl --reason INC-42',
    'fireaxe undo last',
  ],
  danger: 'severe',
  options: { ...variantFlags(variants), ...targetOptions, ...paceOptions, ...changeOptions },
  notes:
    '\n--add is one step for the cluster, counted on its first control-plane node. Of the hosts only etcd is read.',
  run(_args, flags, io) {
    const given: Record<string, unknown> = { ...flags };
    const chosen = variants.filter(({ keys }) => keys.some((key) => given[key] !== undefined));
    if (chosen.length === 0)
      throw usage('missing --type, --add, --iops, --flag or --eks-tier', {
        place: '--type',
        next: 'add --type m7i.8xlarge',
      });
    if (chosen.length > 1)
      throw usage(`give ${chosen.map(({ by }) => by).join(' or ')}, not both`, {
        place: chosen[1]!.by,
        next: 'one after the other',
      });
    // A restart takes longer than other scripts.
    const timed = chosen[0] === FLAGS ? { ...flags, timeout: flags.timeout ?? TIMEOUT } : flags;
    return runAction(timed, io, {
      action: chosen[0]!.action,
      params: variantParameters('scale', chosen[0]!, variants, flags),
      ...(chosen[0] !== EKS && { anywhere: 'role=control-plane' }),
      // One step for the cluster. EKS shows no node of its control plane: any node names it.
      ...((chosen[0] === EKS || chosen[0] === ADD) && { targets: (nodes) => nodes.slice(0, 1) }),
    });
  },
});
