import { fenceParameters } from '../../actions/fence/params.ts';
import { fenceEksParameters } from '../../actions/fence-eks/params.ts';
import { fenceNetworkParameters } from '../../actions/fence-network/params.ts';
import { parameterFlags, runAction } from '../action-verb.ts';
import { choice, toggle } from '../option.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineVerb } from '../types.ts';
import { type Variant, variantFlags, variantParameters } from '../variants.ts';

const HOST: Variant = {
  action: 'fence',
  by: '--at host',
  parameters: fenceParameters,
  options: ['pauseControllers'],
};
const NETWORK: Variant = {
  action: 'fence-network',
  by: '--at network',
  parameters: fenceNetworkParameters,
  options: ['pauseControllers'],
};
/** EKS shows no node of its control plane: any node names the cluster. */
const EKS: Variant = {
  action: 'fence-eks',
  by: '--at network --with eks',
  parameters: fenceEksParameters,
};
const variants = [HOST, NETWORK, EKS];

export default defineVerb({
  name: 'fence',
  summary:
    'Keep API clients away from the API servers, at the hosts, where the clients run or in the network',
  examples: [
    'fireaxe fence -c prod-1 --reason INC-42 --dry-run',
    'fireaxe fence -c prod-1 --reason INC-42 --confirm "prod-1 3"',
    'fireaxe fence -c prod-1 --pause-controllers --reason INC-42 --confirm "prod-1 3"',
    'fireaxe fence -c prod-1 --allow 10.0.9.0/24 --timer 5m --reason INC-42',
    'fireaxe fence -c prod-1 --on nodes --only telemetry-agent --service 10.96.0.1 --reason INC-42',
    'fireaxe fence -c prod-1 --on nodes --except kubelet --service 10.96.0.1 --reason INC-42',
    'fireaxe fence -c prod-1 --at network --reason INC-42 --dry-run    # hosts that cannot be reached',
    'fireaxe fence -c prod-1 --at network --with eks --allow 203.0.113.7 --reason INC-42 --dry-run',
    'fireaxe readmit -c prod-1 --batch 10% --reason INC-42   # let clients back in at a pace',
    'fireaxe undo last                                       # open at once',
  ],
  danger: 'severe',
  options: {
    at: choice('--at <place>', "on the machines, or in the cloud's network", ['host', 'network'], {
      default: 'host',
    }),
    ...variantFlags([NETWORK, EKS]),
    ...parameterFlags(fenceParameters),
    pauseControllers: toggle(
      '--pause-controllers',
      'pause kube-controller-manager first, so fenced nodes keep their endpoints',
    ),
    ...targetOptions,
    ...paceOptions,
    ...waveOptions,
    ...changeOptions,
  },
  run(_args, flags, io) {
    const { with: way, ...others } = { ...flags } as Record<string, unknown>;
    const eks = flags.at === 'network' && way === 'eks';
    const chosen = flags.at !== 'network' ? HOST : eks ? EKS : NETWORK;
    return runAction(flags, io, {
      action: chosen.action,
      params: variantParameters('fence', chosen, variants, eks ? others : flags),
      ...(flags.pauseControllers === true && { before: { action: 'pause', params: {} } }),
      ...(eks
        ? { targets: (nodes) => nodes.slice(0, 1) }
        : { anywhere: chosen === HOST && flags.on === 'nodes' ? 'role=worker' : 'role=control-plane' }),
    });
  },
});
