import { defineAction } from '../types.ts';
import { cloudSide } from './cloud.ts';
import { sweepParameters } from './params.ts';

/** Removes a fence in the cloud's network by its tags, where the journal of its run is not at hand. */
export const sweep = defineAction({
  name: 'sweep',
  title: 'Remove a fence in the network by its tags',
  // It restores access, as the undo of the fence would.
  danger: 'change',
  scope: 'cloud',
  parameters: sweepParameters,
  summary: (p) => `remove the fence of ${p.of} from ${p.lease}: its clients reach the API again, all at once`,
  counted: () => [{ one: 'fence', many: 'fences', done: 'removed' }],
  undo: {
    summary: (p) => `fence again what ${p.of} had fenced at ${p.lease}, with the former lease`,
    danger: 'severe',
  },
  cloud: cloudSide(),
});
