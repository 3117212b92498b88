import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openKit } from '../../src/kit/open.ts';
import { fleetOf, KIT_YAML, makeKit, NODES } from './make-kit.ts';

const kits: string[] = [];
function kit(files: Record<string, string> = {}): string {
  const path = makeKit(files);
  kits.push(path);
  return path;
}
afterAll(() => {
  for (const path of kits) rmSync(path, { recursive: true });
});

const error = (fields: object) => expect.objectContaining(fields);

describe('files of a kit as they come', () => {
  it('refuses a duplicate key: the last one would silently win', async () => {
    const text = JSON.stringify(fleetOf(NODES), null, 1);
    for (const [from, to, place] of [
      ['"name": "n1",', '"name": "n1", "\\u006eame": "n9",', /c1\.json:21:18$/],
      ['"nodes": [', '"nodes": [], "nodes": [', /c1\.json:6:15$/],
    ] as const) {
      await expect(openKit(kit({ 'fleet/c1.json': text.replace(from, to) }))).rejects.toEqual(
        error({
          kind: 'usage',
          message: expect.stringContaining('duplicate key'),
          place: expect.stringMatching(place),
        }),
      );
    }
    // The same word as a value, and in another object, is nothing of the kind.
    const labels = { name: 'name', '{': '"name": 1' };
    await openKit(kit({ 'fleet/c1.json': JSON.stringify(fleetOf([{ ...NODES[0], labels }])) }));
  });

  it('knows the same door by a port that one node has unsaid', async () => {
    const [one, two] = NODES.map(({ port: _, ...node }) => ({ ...node, address: '10.0.0.1' }));
    const text = JSON.stringify(fleetOf([one!, { ...two, port: 22 }]));
    await expect(openKit(kit({ 'fleet/c1.json': text }))).rejects.toEqual(
      error({ message: "10.0.0.1 port 22 is already cp-1's", place: expect.stringMatching(/c1\.json: n1$/) }),
    );
  });

  it('names the node in a file of many megabytes, which is not parsed twice', async () => {
    const many = Array.from({ length: 15_000 }, (_, i) => ({
      ...NODES[0],
      name: `n${i}`,
      address: i === 14_000 ? 'n14000.example.com' : `10.0.${i >> 8}.${i & 255}`,
      labels: { note: 'x'.repeat(200) },
    }));
    const text = JSON.stringify(fleetOf(many.with(0, { ...many[0]!, address: '10.1.0.1' })), null, 1);
    await expect(openKit(kit({ 'fleet/c1.json': text }))).rejects.toEqual(
      error({
        message: expect.stringMatching(/^nodes\.14000\.address: not an IP/),
        place: expect.stringMatching(/c1\.json: n14000$/),
      }),
    );
    const cut = text.replace('"n14000",', '"n14000"');
    await expect(openKit(kit({ 'fleet/c1.json': cut }))).rejects.toEqual(
      error({
        message: expect.stringMatching(/^not JSON/),
        place: expect.stringMatching(/c1\.json:\d+:\d+$/),
      }),
    );
  });

  it('reads what an editor put a byte order mark before', async () => {
    const text = `\ufeff${JSON.stringify(fleetOf(NODES))}`;
    const opened = await openKit(kit({ 'fleet/c1.json': text, 'kit.yaml': `\ufeff${KIT_YAML}` }));
    expect(opened.clusters.c1!.fleet.nodes).toHaveLength(3);
    const wide = kit();
    writeFileSync(join(wide, 'fleet/c1.json'), Buffer.from(text, 'utf16le'));
    await expect(openKit(wide)).rejects.toEqual(error({ message: 'the file is UTF-16' }));
  });

  it.each(['kit.yaml', 'fleet/c1.json', 'known_hosts', 'ssh_config'])(
    'a pipe or a directory in place of %s is refused, not waited for',
    async (name) => {
      for (const [make, what] of [
        [['mkfifo', '-m', '600'], 'a pipe or a device'],
        [['mkdir', '-m', '700'], 'a directory'],
      ] as const) {
        const path = kit({ ssh_config: '' });
        rmSync(join(path, name));
        execFileSync(make[0], [...make.slice(1), join(path, name)]);
        await expect(openKit(path)).rejects.toEqual(
          error({ kind: 'usage', message: `not a file: ${what}`, place: join(path, name) }),
        );
      }
    },
  );
});
