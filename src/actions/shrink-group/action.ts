import { defineAction } from '../types.ts';
import { cloudSide } from './cloud.ts';
import { shrinkGroupParameters } from './params.ts';

/** Fewer API clients by fewer machines: workers stopped or put on standby while their scaling groups replace nothing. */
export const shrinkGroup = defineAction({
  name: 'shrink-group',
  title: 'Take machines out of their scaling groups',
  danger: (p) => (p.how === 'stop' ? 'severe' : 'change'),
  scope: 'cloud',
  takesOut: 'until-undo',
  silencesKubelets: (p) => p.how === 'stop',
  // A machine that boots lists everything it needs, as a starting kubelet does.
  back: { canary: '1', wave: '10%', pauseMs: 10_000 },
  parameters: shrinkGroupParameters,
  summary: (p) =>
    'suspend the scaling group, then ' +
    (p.how === 'stop'
      ? 'STOP each machine, its pods with it'
      : 'put each machine on standby: out of service, still running'),
  warnings: (p) =>
    p.how === 'standby'
      ? [
          'a machine on standby keeps its kubelet and its API clients: fireaxe shrink --share holds them, --how stop stops them',
        ]
      : [],
  counted: (p) => [
    { one: 'machine', many: 'machines', done: p.how === 'stop' ? 'stopped' : 'put on standby' },
  ],
  undo: {
    summary: (p) =>
      `${p.how === 'stop' ? 'start each machine' : 'return each machine from standby'}; ` +
      'with the last of a group, resume what was suspended',
    danger: 'change',
  },
  cloud: cloudSide(),
});
