import { rmSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { runCommandLine } from '../../src/cli/main.ts';
import { clusterNamed } from '../../src/kit/cluster-named.ts';
import { openKit } from '../../src/kit/open.ts';
import { quietIo } from '../cli/quiet-io.ts';
import { KIT_YAML, makeKit } from './make-kit.ts';

let path = '';
afterEach(() => rmSync(path, { recursive: true }));

const twoClusters = (more: string, files: Record<string, string> = {}) =>
  makeKit({ 'kit.yaml': KIT_YAML.replace('policy:', `  c2:\n${more}policy:`), ...files });

it.each([
  ['no snapshot', '    via: [ssh]\n', {}, 'usage', /no fleet snapshot for cluster c2/],
  ['half a snapshot', '    via: [ssh]\n', { 'fleet/c2.json': '{"nodes": [' }, 'usage', /./],
  ['no key', '    ssh: { identity: keys/gone }\n', {}, 'credentials', /keys\/gone does not exist/],
])('a cluster with %s does not keep the others from being reached', async (_, more, files, kind, why) => {
  path = twoClusters(more, files);
  const kit = await openKit(path);
  expect(clusterNamed(kit, 'c1')?.fleet.nodes).toHaveLength(3);
  expect(() => clusterNamed(kit, 'c2')).toThrow(
    expect.objectContaining({ kind, message: expect.stringMatching(why) }),
  );
});

it('it is told where it is meant, and where all are listed', async () => {
  path = twoClusters('    via: [ssh]\n');
  const said = async (...words: string[]) => {
    const { io, said } = quietIo();
    return { code: await runCommandLine([...words, '--kit', path], io), ...said };
  };
  expect(await said('nodes', '-c', 'c1')).toMatchObject({ code: 0 });
  const broken = expect.stringContaining('no fleet snapshot for cluster c2');
  expect(await said('nodes', '-c', 'c2')).toMatchObject({ code: 2, stderr: broken });
  expect(await said('nodes')).toMatchObject({
    code: 3,
    stderr: broken,
    stdout: expect.stringContaining('n1'),
  });
  const several = expect.stringMatching(/several clusters[\s\S]*one of c1, c2/);
  expect(await said('probe')).toMatchObject({ code: 2, stderr: several });
});
