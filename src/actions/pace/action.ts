import { defineAction } from '../types.ts';
import edit from './edit.sh';
import files from './files.sh';
import find from './find.sh';
import kubelet from './kubelet.sh';
import node from './node.sh';
import owed from './owed.sh';
import { paceParameters } from './params.ts';
import undo from './undo.sh';

/** A ceiling on image pulls for the time in which nodes return: by the kubelet's own settings, undone byte for byte. */
export const pace = defineAction({
  name: 'pace',
  title: 'Limit the image pulls of nodes',
  danger: 'change',
  scope: 'node',
  parameters: paceParameters,
  summary: (p) =>
    `at most ${p.pulls} image pulls at a time, ${p.qps}/s after a burst of ${p.burst}, until undo; a ${p.kubelet} that runs is restarted`,
  counted: (p) => [{ one: 'kubelet', many: 'kubelets', done: 'limited', names: [p.kubelet] }],
  // A starting kubelet lists everything that it needs.
  back: { canary: '1', wave: '10%', pauseMs: 10_000 },
  undo: {
    summary: (p) => `image pulls as before; a ${p.kubelet} that runs is restarted`,
    danger: 'change',
  },
  node: {
    fragments: { edit, files, find, kubelet, node, owed, undo },
    variables: (p) => ({
      P_PULLS: String(p.pulls),
      P_QPS: String(p.qps),
      P_BURST: String(p.burst),
      P_KUBELET: p.kubelet,
      P_WAIT: String(p.wait),
    }),
  },
});
