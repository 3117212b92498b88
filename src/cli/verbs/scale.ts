import { scaleParameters } from '../../actions/scale/params.ts';
import { usage } from '../../base/errors.ts';
import { givenParameters, parameterFlags, runAction } from '../action-verb.ts';
import { changeOptions, paceOptions, targetOptions } from '../options.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'scale',
  summary: 'Give the API servers a bigger instance type, one host at a time, guarded by an etcd quorum check',
  examples: [
    'fireaxe scale -c prod-1 --type m7i.8xlarge --reason INC-42 --dry-run',
    'fireaxe scale -c prod-1 --type m7i.8xlarge --reason INC-42 --confirm "prod-1 3"',
    'fireaxe undo last',
  ],
  danger: 'severe',
  options: { ...parameterFlags(scaleParameters), ...targetOptions, ...paceOptions, ...changeOptions },
  run(_args, flags, io) {
    if (flags.type === undefined)
      throw usage('missing --type', { place: '--type', next: 'add --type m7i.8xlarge' });
    return runAction(flags, io, {
      action: 'scale',
      params: givenParameters(scaleParameters, flags),
      anywhere: 'role=control-plane',
    });
  },
});
