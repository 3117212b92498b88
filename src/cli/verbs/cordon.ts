import { cordonParameters } from '../../actions/cordon/params.ts';
import { cordonBalancerParameters } from '../../actions/cordon-balancer/params.ts';
import { parameterFlags, runAction } from '../action-verb.ts';
import { choice } from '../option.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineVerb } from '../types.ts';
import { type Variant, variantFlags, variantParameters } from '../variants.ts';

const HOST: Variant = { action: 'cordon', by: '--at host', parameters: cordonParameters };
const BALANCER: Variant = {
  action: 'cordon-balancer',
  by: '--at balancer',
  parameters: cordonBalancerParameters,
};

export default defineVerb({
  name: 'cordon',
  summary: 'Keep new user traffic away from nodes, on the hosts or at their load balancers',
  examples: [
    'fireaxe cordon -c prod-1 -l zone=a --port 443 --reason INC-42',
    'fireaxe cordon -c prod-1 -l role=worker --canary 1 --reason INC-42',
    'fireaxe cordon -c prod-1 -l zone=a --at balancer --reason INC-42 --dry-run',
    'fireaxe cordon -c prod-1 -l zone=a --at balancer --group web --reason INC-42',
    'fireaxe undo last',
  ],
  danger: 'change',
  options: {
    at: choice(
      '--at <place>',
      'on the hosts, or at their load balancers (ALB, NLB, classic)',
      ['host', 'balancer'],
      {
        default: 'host',
      },
    ),
    ...parameterFlags(cordonParameters),
    ...variantFlags([BALANCER]),
    ...targetOptions,
    ...paceOptions,
    ...waveOptions,
    ...changeOptions,
  },
  run(_args, flags, io) {
    const chosen = flags.at === 'balancer' ? BALANCER : HOST;
    const params = variantParameters('cordon', chosen, [HOST, BALANCER], flags);
    return runAction(flags, io, { action: chosen.action, params });
  },
});
