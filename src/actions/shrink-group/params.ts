import * as z from 'zod';
import { seconds } from '../kinds.ts';
import type { Parameters, Values } from '../params.ts';

export const shrinkGroupParameters = {
  how: {
    schema: z.enum(['stop', 'standby'], {
      error: 'expected stop or standby: machines are not stopped unless it is said',
    }),
    help: 'stop the machine, or put it on standby in its scaling group',
    flag: '--how <stop|standby>',
  },
  within: {
    schema: seconds(10, 3600),
    help: 'longest wait for each of: stopped, standby, running, in service',
    flag: '--within <duration>',
    default: '10m',
  },
} satisfies Parameters;

export type ShrinkGroupParams = Values<typeof shrinkGroupParameters>;
export type How = ShrinkGroupParams['how'];
