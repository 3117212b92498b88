import { expect } from 'vitest';
import { podsLeftScript, readPodsLeft } from '../../src/probe/pods-left.ts';
import type { Outcome } from '../../src/transport/types.ts';
import { context, fleetNode, type Sandbox, SHELLS, target } from '../node/sandbox.ts';
import { test } from '../node/sandbox-test.ts';

const PATH = '/api/v1/namespaces/mon/pods?labelSelector=app%3Dagent';
const pod = (name: string, node: string) => ({
  metadata: { name, annotations: { seen: '{"nodeName":"other"}' }, managedFields: [{ 'f:nodeName': {} }] },
  spec: {
    containers: [],
    ...(node && { nodeName: node }),
    schedulerName: 'default-scheduler',
    tolerations: [],
  },
});
const list = (...items: object[]) =>
  JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items });

const each = test.for(SHELLS.map((shell) => [shell[0]!, shell] as const));

/** What is read when kubectl answers the list with this text and exit status. */
async function left(box: Sandbox, shell: string[], text: string, code = 0) {
  box.file('/etc/kubernetes/admin.conf', 'x');
  box.file('/list', text);
  box.tool(
    'kubectl',
    `case $* in *'${PATH}'*) cat "$SANDBOX/list"; [ ${code} = 0 ] || echo 'unexpected EOF' >&2; exit ${code} ;; esac; echo ok`,
  );
  const nodes = [fleetNode({ name: 'cp1', roles: ['control-plane'] })];
  const script = podsLeftScript(context(nodes), new Date(), PATH);
  const ran = await box.run(script.textFor(target({ name: 'cp1' }), 'ssh'), shell);
  const outcome = { ...ran, target: 'cp1', state: ran.result?.state === 'failed' ? 'failed' : 'ok' };
  return { nodes: readPodsLeft(outcome as unknown as Outcome), note: ran.result?.note };
}

each('%s: each node with a pod of the list once, whatever else is named so', async ([, shell], { box }) => {
  const { nodes } = await left(box, shell, list(pod('a', 'w1'), pod('b', 'w2'), pod('c', 'w1')));
  expect(nodes).toEqual(new Set(['w1', 'w2']));
});

each('%s: no pod is left', async ([, shell], { box }) => {
  expect((await left(box, shell, list())).nodes).toEqual(new Set());
});

each('%s: a list that ended early tells nothing', async ([, shell], { box }) => {
  const whole = list(pod('a', 'w1'), pod('b', 'w2'));
  const { nodes, note } = await left(box, shell, whole.slice(0, -60), 1);
  expect(nodes).toBeUndefined();
  expect(note).toContain('unexpected EOF');
});

each('%s: an answer other than a list tells nothing', async ([, shell], { box }) => {
  expect((await left(box, shell, '{"kind":"Status","code":403}')).nodes).toBeUndefined();
});

each('%s: a pod that no node has yet may come to any', async ([, shell], { box }) => {
  const { nodes } = await left(box, shell, list(pod('a', 'w1'), pod('b', '')));
  expect(nodes).toEqual(new Set(['w1', '?']));
});

each('%s: what a pod says of itself does not end the list', async ([, shell], { box }) => {
  const forged = { ...pod('a', 'w1'), note: 'x,exit 0,y' };
  const { nodes } = await left(box, shell, list(forged, pod('b', 'w2')).slice(0, -60), 1);
  expect(nodes).toBeUndefined();
});
