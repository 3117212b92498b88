import { describe, expect, it } from 'vitest';
import { readManifest } from '../../../src/actions/kubectl/manifest.ts';

const CONFIG = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c', namespace: 'ns' } };
const yaml = (...lines: string[]) => lines.join('\n');

describe('a manifest', () => {
  it('is one object or several documents, as JSON or YAML', () => {
    expect(readManifest(JSON.stringify(CONFIG))).toEqual([
      { path: '/api/v1/namespaces/ns/configmaps/c', object: CONFIG },
    ]);
    const documents = yaml(
      '# two',
      'apiVersion: flowcontrol.apiserver.k8s.io/v1',
      'kind: FlowSchema',
      'metadata: {name: throttle}',
      '---',
      '---',
      'apiVersion: example.com/v1alpha1',
      'kind: Policy',
      'metadata: {name: p, namespace: ns}',
    );
    expect(readManifest(documents).map(({ path }) => path)).toEqual([
      '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas/throttle',
      '/apis/example.com/v1alpha1/namespaces/ns/policies/p',
    ]);
  });

  it('is read as kubectl reads YAML: octal modes, yes and no, dates as text', () => {
    const text = yaml(
      'apiVersion: apps/v1',
      'kind: DaemonSet',
      'metadata: {name: d, namespace: ns, annotations: {day: 2026-11-29}}',
      'spec: {mode: 0644, paused: yes, ports: "80:80", time: 12:30}',
    );
    expect(readManifest(text)[0]!.object).toMatchObject({
      metadata: { annotations: { day: '2026-11-29' } },
      spec: { mode: 420, paused: true, ports: '80:80', time: '12:30' },
    });
  });

  it('loses what the server sets, so that the output of kubectl get can be applied', () => {
    const metadata = { ...CONFIG.metadata, uid: 'u', resourceVersion: '1', managedFields: [] };
    expect(readManifest(JSON.stringify({ ...CONFIG, metadata, status: {} }))[0]!.object).toEqual(CONFIG);
  });

  it.each<[string, string, RegExp]>([
    ['without an object', '# nothing\n', /no object/],
    ['that is a text', 'hello', /expected an object/],
    ['of broken YAML', 'a: [1', /line 1/],
    ['that refers to itself', 'a: &x {b: *x}', /cannot be written as JSON|expected/],
    ['without a name', JSON.stringify({ ...CONFIG, metadata: {} }), /ConfigMap: missing metadata.name/],
    [
      'without a namespace',
      JSON.stringify({ ...CONFIG, metadata: { name: 'c' } }),
      /missing metadata.namespace/,
    ],
    [
      'with a namespace too much',
      yaml('apiVersion: scheduling.k8s.io/v1', 'kind: PriorityClass', 'metadata: {name: a, namespace: b}'),
      /a PriorityClass has no namespace/,
    ],
    ['with a secret', JSON.stringify({ ...CONFIG, kind: 'Secret' }), /secrets are never/],
    [
      'with a namespace to create',
      yaml('apiVersion: v1', 'kind: Namespace', 'metadata: {name: a}'),
      /never created/,
    ],
    ['with a list', JSON.stringify({ ...CONFIG, kind: 'ConfigMapList' }), /not a list/],
    [
      'with an odd name',
      JSON.stringify({ ...CONFIG, metadata: { name: '../x', namespace: 'ns' } }),
      /not a name/,
    ],
    ['with an object twice', `${JSON.stringify(CONFIG)}\n---\n${JSON.stringify(CONFIG)}`, /twice/],
    [
      'that is too long',
      JSON.stringify({ ...CONFIG, data: { a: 'x'.repeat(300_000) } }),
      /longer than 256 KiB/,
    ],
  ])('%s is refused', (_what, text, why) => {
    expect(() => readManifest(text)).toThrow(why);
  });

  it('names the object that is wrong', () => {
    expect(() => readManifest(`${JSON.stringify(CONFIG)}\n---\nkind: Pod`)).toThrow(/^object 2: /);
  });
});
