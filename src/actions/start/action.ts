import { defineAction } from '../types.ts';
import node from './node.sh';
import { startParameters } from './params.ts';

/** Starts static pods whose container waits in the kubelet's back-off (CrashLoopBackOff, up to 5 minutes): without the API. */
export const start = defineAction({
  name: 'start',
  title: 'Start components that wait in the back-off',
  danger: 'change',
  scope: 'node',
  parameters: startParameters,
  summary: (p) => `start ${p.component.join(', ')} at once where the kubelet waits before it starts it again`,
  counted: (p) => [{ one: 'component', many: 'components', done: 'started', names: p.component }],
  undo: {
    summary: (p) => `nothing: ${p.component.join(', ')} would have been started later`,
    danger: 'read',
  },
  node: {
    fragments: { node },
    variables: (p) => ({ P_COMPONENT: p.component.join(' '), P_WAIT: String(p.wait) }),
  },
});
