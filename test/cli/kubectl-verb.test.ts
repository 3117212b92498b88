import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { InProcess } from './in-process.ts';
import { withKit } from './with-kit.ts';

let fireaxe: InProcess;
let kit: string;

withKit(InProcess, (both) => ({ fireaxe, kit } = both));

const plan = (words: string[], input?: string) =>
  fireaxe.run(['plan', 'kubectl', ...words, '--output', 'json'], {
    kit,
    ...(input !== undefined && { input }),
  });
const step = async (words: string[], input?: string) => {
  const { stdout, stderr } = await plan(words, input);
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout).plan.workstreams[0].steps[0];
};
const error = async (words: string[]) => JSON.parse((await plan(words)).stderr).error;

const MANIFEST = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: ns}\n';

describe('kubectl', () => {
  it('takes an object by name, on any one control-plane node', async () => {
    const one = await step(['delete', 'ns/daemonset/agent', '--pods', 'ns/app=agent']);
    expect(one).toMatchObject({
      targets: ['cp-1'],
      anyOf: true,
      danger: 'severe',
      title:
        'delete DaemonSet ns/agent (saved first), then delete the pods at /api/v1/namespaces/ns/pods?labelSelector=app%3Dagent',
    });
    expect((await step(['get', 'ns/ds/agent'])).title).toBe(
      'read /apis/apps/v1/namespaces/ns/daemonsets/agent',
    );
    expect((await step(['delete', 'clusterrolebinding/agent'])).title).toMatch(
      /^delete ClusterRoleBinding agent/,
    );
    expect((await step(['get', '/readyz'])).danger).toBe('read');
  });

  it('takes a manifest from a file or stdin into the plan', async () => {
    const file = join(fireaxe.directory, 'm.yaml');
    writeFileSync(file, MANIFEST);
    for (const one of [await step(['apply', '-f', file]), await step(['apply', '-f', '-'], MANIFEST)]) {
      expect(one).toMatchObject({
        title: 'apply ConfigMap ns/c',
        danger: 'severe',
        params: { apply: MANIFEST },
      });
    }
    expect((await step(['apply', '-f', file, '--force-conflicts'])).title).toMatch(/taking over/);
  });

  it('takes a patch from a flag or a file', async () => {
    const one = await step(['patch', 'ns/deploy/d', '-p', '{"spec":{"replicas":0}}', '--type', 'merge']);
    expect(one.title).toBe('patch Deployment ns/d (merge): {"spec":{"replicas":0}}');
    expect((await step(['patch', 'ns/deploy/d', '--patch-file', '-'], 'spec: {replicas: 0}')).title).toMatch(
      /\(strategic\): {"spec":{"replicas":0}}$/,
    );
  });

  it.each<[string[], string, RegExp]>([
    [['scale', 'ns/deploy/d'], 'request', /unknown request "scale"/],
    [['get'], 'request', /takes one object/],
    [['delete', 'a/ds/b', 'a/ds/c'], 'request', /takes one object/],
    [['apply', 'ns/ds/a', '-f', 'x'], 'request', /takes no object/],
    [['apply'], '--filename', /missing the manifest/],
    [['apply', '-f', '/nowhere.yaml'], '/nowhere.yaml', /cannot read the manifest/],
    [['patch', 'ns/ds/a'], '--patch', /missing the patch/],
    [['patch', 'ns/ds/a', '-p', '{}', '--patch-file', '-'], '--patch', /not both/],
    [['patch', 'ns/ds/a', '-p', '[]'], 'fireaxe kubectl', /a strategic patch is an object/],
    [['patch', 'ns/ds/a', '-p', '{}', '--type', 'json'], 'fireaxe kubectl', /a json patch is a list/],
    [['get', 'ns/ds/a', '-p', '{}'], '--patch', /is for kubectl patch/],
    [['patch', 'ns/ds/a', '-p', '{}', '--force-conflicts'], '--force-conflicts', /is for kubectl apply/],
    [['delete', 'daemonset/a'], 'fireaxe kubectl', /expected NAMESPACE\/daemonset\/NAME/],
    [['get', 'ns/secret/s'], 'fireaxe kubectl', /secrets are never read or changed/],
    [['patch', 'ns/secret/s', '-p', '{}'], 'fireaxe kubectl', /secrets are never/],
    [['delete', 'namespace/ns'], 'fireaxe kubectl', /never deleted/],
  ])('refuses %j', async (words, place, message) => {
    expect(await error(words)).toMatchObject({ place, message: expect.stringMatching(message) });
  });

  it('needs a reason for a change only', async () => {
    const refused = async (...words: string[]) => (await fireaxe.run(['kubectl', ...words], { kit })).stderr;
    expect(await refused('delete', 'ns/ds/a')).toMatch(/missing --reason/);
    expect(await refused('get', '/readyz', '--timeout', '1s')).not.toMatch(/missing --reason/);
  });
});
