import { usage } from '../base/errors.ts';
import { nearest } from '../base/nearest.ts';
import { cordon } from './cordon/action.ts';
import { cordonBalancer } from './cordon-balancer/action.ts';
import { dnsHold } from './dns-hold/action.ts';
import { drillFlood } from './drill-flood/action.ts';
import { evacuate } from './evacuate/action.ts';
import { exec } from './exec/action.ts';
import { fence } from './fence/action.ts';
import { fenceEks } from './fence-eks/action.ts';
import { fenceNetwork } from './fence-network/action.ts';
import { kubectl } from './kubectl/action.ts';
import { ACTION_NAMES } from './names.ts';
import { pace } from './pace/action.ts';
import { pause } from './pause/action.ts';
import { readmit } from './readmit/action.ts';
import { scale } from './scale/action.ts';
import { scaleAdd } from './scale-add/action.ts';
import { scaleEks } from './scale-eks/action.ts';
import { scaleFlags } from './scale-flags/action.ts';
import { scaleVolume } from './scale-volume/action.ts';
import { shrink } from './shrink/action.ts';
import { shrinkGroup } from './shrink-group/action.ts';
import { start } from './start/action.ts';
import { stop } from './stop/action.ts';
import { sweep } from './sweep/action.ts';
import type { Action } from './types.ts';

export { ACTION_NAMES, type ActionName } from './names.ts';

/** The parameter types differ; each action reads its own parameters by its schema before anything else sees them. */
const ACTIONS = new Map<string, Action>(
  [
    stop,
    pause,
    start,
    fence,
    fenceNetwork,
    fenceEks,
    readmit,
    pace,
    cordon,
    cordonBalancer,
    evacuate,
    scale,
    scaleAdd,
    scaleVolume,
    scaleFlags,
    scaleEks,
    shrink,
    shrinkGroup,
    kubectl,
    dnsHold,
    drillFlood,
    sweep,
    exec,
  ].map((action) => [action.name, action as unknown as Action]),
);

/** The action of that name; a usage error that names the nearest one otherwise. */
export function actionNamed(name: string, place = 'action'): Action {
  const action = ACTIONS.get(name);
  if (action) return action;
  const near = nearest(name, [...ACTION_NAMES]);
  throw usage(`there is no action ${JSON.stringify(name)}`, {
    place,
    expected: `one of ${ACTION_NAMES.join(', ')}`,
    ...(near && { next: `did you mean ${near}?` }),
  });
}
