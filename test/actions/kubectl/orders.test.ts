import { describe, expect, it } from 'vitest';
import { dryRuns, holds, undoes, writes } from '../../../src/actions/kubectl/orders.ts';
import { type Request, readSeen } from '../../../src/actions/kubectl/seen.ts';
import { patched } from './patched.ts';

const PATH = '/apis/apps/v1/namespaces/ns/deployments/d';
const BEFORE = {
  kind: 'Deployment',
  metadata: { name: 'd', uid: 'u', resourceVersion: '7', annotations: { a: '<1>' } },
  spec: {
    replicas: 3,
    containers: [
      { name: 'i', image: 'old' },
      { name: 'j', image: 'k' },
    ],
    paused: true,
  },
  status: { replicas: 3 },
};
const AFTER = {
  kind: 'Deployment',
  metadata: { name: 'd', uid: 'u', resourceVersion: '7', annotations: { a: '<2>', 'x/y~z': '1' } },
  spec: {
    replicas: 0,
    containers: [
      { name: 'i', image: 'new', env: [] },
      { name: 'j', image: 'k' },
    ],
  },
  status: { replicas: 0 },
};
const MERGE: Request = { path: PATH, type: 'merge', body: { metadata: {}, spec: {} } };

const lines = (...objects: unknown[]) =>
  objects.map((one) => `${typeof one === 'string' ? one : JSON.stringify(one)}\n`).join('');

/** The orders as the node reads them. */
function read(text: string) {
  const all = text.trimEnd().split('\n');
  const pairs = Array.from(
    { length: Math.ceil(all.length / 2) },
    (_, i) => [all[2 * i]!, all[2 * i + 1] ?? ''] as const,
  );
  expect(pairs.pop()).toEqual(['end - -', '']);
  return pairs.map(([line, body]) => ({ line, body }));
}

const bodyOf = (orders: ReturnType<typeof read>, word: string) =>
  JSON.parse(orders.find(({ line }) => line.startsWith(`${word} `))!.body);

describe('a patch', () => {
  const seen = readSeen(lines(BEFORE, AFTER), [MERGE]);

  it('changes exactly what the dry run changed, and its undo exactly that', () => {
    const written = patched(BEFORE, bodyOf(read(writes([MERGE], seen, false)), 'write'));
    expect(written).toEqual({ ...AFTER, status: BEFORE.status });
    expect(patched(written, bodyOf(read(undoes([MERGE], seen)), 'back'))).toEqual(BEFORE);
  });

  it('does nothing where one of its fields is not as it was saved', () => {
    const write = bodyOf(read(writes([MERGE], seen, false)), 'write');
    expect(() => patched({ ...BEFORE, spec: { ...BEFORE.spec, replicas: 4 } }, write)).toThrow(
      '/spec/replicas',
    );
    const moved = [BEFORE.spec.containers[1], BEFORE.spec.containers[0]];
    expect(() => patched({ ...BEFORE, spec: { ...BEFORE.spec, containers: moved } }, write)).toThrow(
      'containers/0',
    );
    expect(() => patched({ ...BEFORE, spec: { ...BEFORE.spec, paused: false } }, write)).toThrow(
      '/spec/paused',
    );
  });

  it('does not care about fields of others', () => {
    const other = {
      ...BEFORE,
      spec: { ...BEFORE.spec, other: 1 },
      metadata: { ...BEFORE.metadata, resourceVersion: '8' },
    };
    const written = patched(other, bodyOf(read(writes([MERGE], seen, false)), 'write'));
    expect(patched(written, bodyOf(read(undoes([MERGE], seen)), 'back'))).toEqual(other);
  });

  it('is known to be done, or undone, by its fields', () => {
    const [written] = [bodyOf(read(writes([MERGE], seen, false)), 'written')];
    expect(patched(AFTER, written)).toEqual(AFTER);
    expect(() => patched(BEFORE, written)).toThrow('test');
    const was = bodyOf(read(undoes([MERGE], seen)), 'was');
    expect(patched(BEFORE, was)).toEqual(BEFORE);
    expect(() => patched(AFTER, was)).toThrow('test');
    expect(patched(AFTER, bodyOf(read(holds([MERGE], seen)), 'holds'))).toEqual(AFTER);
  });

  it('names each field for a node that finds another value', () => {
    const names = read(undoes([MERGE], seen)).flatMap(({ line }) => /^field (\S+)/.exec(line)?.[1] ?? []);
    expect(names).toEqual([
      '.metadata.annotations.a',
      '.metadata.annotations.x/y~z',
      '.spec.replicas',
      '.spec.containers[0].image',
      '.spec.containers[0].env',
      '.spec.paused',
    ]);
  });

  it('escapes texts as the API server does, which compares them byte by byte', () => {
    expect(writes([MERGE], seen, false)).toContain('"value":"\\u003c1\\u003e"');
    expect(
      dryRuns([{ path: PATH, type: 'json', body: [{ op: 'test', path: '/a', value: '&' }] }], false),
    ).toContain('\\u0026');
  });

  it('that changes nothing is not sent', () => {
    const same = readSeen(lines(BEFORE, BEFORE), [MERGE]);
    expect(read(writes([MERGE], same, false))).toEqual([{ line: `same - ${PATH}`, body: '' }]);
    expect(read(undoes([MERGE], same))).toEqual([]);
  });

  it('leaves annotations that others have added to an object that had none', () => {
    const bare = { ...BEFORE, metadata: { name: 'd', resourceVersion: '7' } };
    const noted = { ...bare, metadata: { ...bare.metadata, annotations: { mine: '1' } } };
    const back = bodyOf(read(undoes([MERGE], readSeen(lines(bare, noted), [MERGE]))), 'back');
    const both = { ...bare, metadata: { ...bare.metadata, annotations: { mine: '1', theirs: '2' } } };
    expect(patched(both, back)).toMatchObject({ metadata: { annotations: { theirs: '2' } } });
  });
});

describe('an apply', () => {
  const object = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's', namespace: 'ns' },
    spec: { ports: [{ port: 80 }] },
  };
  const request: Request = { path: '/api/v1/namespaces/ns/services/s', type: 'apply', body: object };
  const stored = { ...object, spec: { clusterIP: '10.0.0.7', ports: [{ port: 80, protocol: 'TCP' }] } };
  const created = readSeen(lines('absent', stored), [request]);

  it('is sent as it is, by the field manager fireaxe', () => {
    expect(read(writes([request], created, false))).toEqual([
      {
        line: `write apply ${request.path}?fieldManager=fireaxe&fieldValidation=Strict&force=false`,
        body: JSON.stringify(object),
      },
    ]);
    expect(writes([request], created, true)).toContain('force=true');
  });

  it('is undone last first: what it created is deleted, if its own fields are as it left them', () => {
    const both = [request, { ...MERGE, type: 'apply' } as Request];
    const orders = read(undoes(both, readSeen(lines('absent', stored, BEFORE, AFTER), both)));
    const words = orders.map(({ line }) => line.split(' ')[0]).filter((word) => word !== 'field');
    expect(words).toEqual(['back', 'was', 'ours', 'remove']);
    const ours = bodyOf(orders, 'ours');
    expect(patched({ ...stored, spec: { ...stored.spec, clusterIP: '10.0.0.9' } }, ours)).toBeTruthy();
    expect(() => patched({ ...stored, spec: { ports: [{ port: 81 }] } }, ours)).toThrow('/spec/ports/0/port');
  });
});

describe('what was saved is refused where', () => {
  const newer = (object: typeof AFTER) => ({
    ...object,
    metadata: { ...object.metadata, resourceVersion: '9' },
  });

  it.each<[string, string, RegExp]>([
    ['a line is missing', lines(BEFORE), /not complete/],
    ['it is not an object', lines(BEFORE, '<html>'), /not an object/],
    [
      'a number cannot be restored as it is',
      `{"kind":"X","metadata":{},"spec":9007199254740993}\n{"kind":"X","metadata":{},"spec":1}\n`,
      /\.spec has a number that is too large/,
    ],
    [
      'somebody else changed it between the readings',
      lines(BEFORE, newer(AFTER)),
      /was changed while it was read/,
    ],
  ])('%s', (_what, saved, why) => {
    expect(() => readSeen(saved, [{ ...MERGE, body: { spec: { replicas: 0 } } }])).toThrow(
      expect.objectContaining({ kind: 'guard', message: expect.stringMatching(why) }),
    );
  });

  it('but not where all that differs is in the order', () => {
    const scaled = newer({ ...BEFORE, spec: { ...BEFORE.spec, replicas: 0 } } as unknown as typeof AFTER);
    const body = { spec: { replicas: 0 } };
    for (const request of [
      { ...MERGE, body },
      { path: PATH, type: 'json', body: [{ op: 'replace', path: '/spec/replicas', value: 0 }] } as Request,
    ]) {
      expect(readSeen(lines(BEFORE, scaled), [request])[0]!.changes).toHaveLength(1);
    }
  });
});
