import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compilePlaybook } from '../../src/playbook/compile.ts';
import { loadPlaybook } from '../../src/playbook/load.ts';
import { kitOf } from '../run/fake-fleet.ts';

const INNER = `schemaVersion: 1
name: inner
title: Inner
parameters:
  process: { description: the offender }
  share: { description: how many, default: 50% }
  release: { description: release it at the end, default: true }
workstreams:
  - name: shed
    title: Hold \${process}
    steps:
      - id: hold
        action: stop
        on: role=worker
        limit: \${share}
        keepTrying: steady
        with: { process: "\${process}" }
  - name: calm
    needs: [shed]
    steps:
      - { id: steady, gate: {} }
      - { id: release, when: "\${release}", undo: [hold] }
`;

const outer = (workstreams: string, parameters = 'name: { description: its name, default: agent }') =>
  `schemaVersion: 1
name: outer
title: Outer
parameters:
  ${parameters}
workstreams:
  - name: first
    steps: [{ id: before, gate: {} }]
${workstreams}`;

describe('a playbook that includes another one', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'fireaxe-include-'));
    mkdirSync(join(directory, 'parts'));
    writeFileSync(join(directory, 'parts/inner.yaml'), INNER);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const write = (file: string, text: string) => writeFileSync(join(directory, file), text);
  const load = (file = 'outer.yaml') => loadPlaybook(join(directory, file), { playbooks: {} });
  const loaded = (text: string) => {
    write('outer.yaml', text);
    return load();
  };
  async function planOf(text: string, params: Record<string, string> = {}) {
    const kit = kitOf(8);
    const now = new Date('2026-01-01T00:00:00Z');
    const request = { kit, cluster: kit.clusters.c!, reason: 'test', now, overrides: {}, params };
    return compilePlaybook(await loaded(text), request);
  }
  const entry = (more = '', first = 'include: parts/inner.yaml') =>
    `  - ${first}\n    with: { process: "\${name}" }\n${more}`;

  it('has its workstreams with the parameters that it passes, and its defaults', async () => {
    const plan = await planOf(outer(entry('    needs: [first]\n')), { name: 'telemetryd' });
    expect(plan.workstreams.map(({ name, needs }) => [name, needs])).toEqual([
      ['first', {}],
      ['shed', { all: ['first'] }],
      ['calm', { all: ['first', 'shed'] }],
    ]);
    expect(plan.workstreams[1]!.title).toBe('Hold telemetryd');
    expect(plan.workstreams[1]!.steps[0]).toMatchObject({
      params: { process: 'telemetryd' },
      targets: ['n1', 'n2', 'n3', 'n4'],
    });
    expect(plan.params).toEqual({ name: 'telemetryd' });
  });

  it('is the plan of the same steps written out', async () => {
    const written = outer(
      INNER.slice(INNER.indexOf('  - name: shed')).replaceAll('${process}', () => '${name}'),
      "name: { description: d, default: agent }\n  share: { description: d, default: 50% }\n  release: { description: d, default: 'true' }",
    );
    const included = await planOf(outer(entry()));
    expect(included.workstreams).toEqual((await planOf(written)).workstreams);
  });

  it('includes one twice under prefixes', async () => {
    const text = outer(entry('    as: one\n') + entry('    as: two\n'));
    const plan = await planOf(text);
    expect(plan.workstreams.map(({ name }) => name)).toEqual([
      'first',
      'one-shed',
      'one-calm',
      'two-shed',
      'two-calm',
    ]);
    expect(plan.workstreams[4]).toMatchObject({ needs: { all: ['two-shed'] } });
    expect(plan.workstreams[3]!.steps[0]).toMatchObject({ id: 'two-hold', keepTrying: 'two-steady' });
    expect(plan.workstreams[4]!.steps[1]).toMatchObject({ id: 'two-release', steps: ['two-hold'] });
  });

  it('leaves it out as a whole, or parts of it by a parameter', async () => {
    const when = '    when: ${name} == other\n';
    expect((await planOf(outer(entry(when)))).workstreams).toHaveLength(1);
    expect((await planOf(outer(entry(when)), { name: 'other' })).workstreams).toHaveLength(3);
    const without = entry().replace('process:', 'release: false, process:');
    expect((await planOf(outer(without))).workstreams[2]!.steps.map(({ id }) => id)).toEqual(['steady']);
  });

  it('passes a text with ${ of its own on as it is', async () => {
    const script = INNER.replace('action: stop', 'action: exec')
      .replace('process: "${process}" }', () => 'command: "a $${b} ${process} ${share}" }')
      .replace('default: 50%', () => "default: 'c $${d} ${e}'")
      .replace('limit: ${share}\n', 'limit: 1\n');
    write('parts/inner.yaml', script);
    const plan = await planOf(outer(entry().replace('"${name}"', () => '"$${f} ${name}"')));
    expect(plan.workstreams[1]!.steps[0]).toMatchObject({
      params: { command: 'a ${b} ${f} agent c $${d} ${e}' },
    });
  });

  it('takes one by name from the kit before a built-in one', async () => {
    const text = outer(entry('', 'include: shed-load'));
    expect((await loaded(text)).workstreams.map(({ name }) => name)).toEqual(['first', 'fewer-clients']);
    const kit = { playbooks: { 'shed-load': join(directory, 'parts/inner.yaml') } };
    const own = await loadPlaybook(join(directory, 'outer.yaml'), kit);
    expect(own.workstreams.map(({ name }) => name)).toEqual(['first', 'shed', 'calm']);
    expect(own.includes).toEqual(['inner']);
  });

  it('may have the name of a built-in one that it includes', async () => {
    write('shed-load.yaml', outer(entry('', 'include: shed-load')));
    expect((await load('shed-load.yaml')).workstreams).toHaveLength(2);
  });

  it('has a digest over all that it includes', async () => {
    const before = await loaded(outer(entry()));
    expect((await load()).sha256).toBe(before.sha256);
    write('parts/inner.yaml', `${INNER}# changed\n`);
    expect((await load()).sha256).not.toBe(before.sha256);
  });

  it('is refused from a playbook of the kit where others could change what it includes', async () => {
    write('outer.yaml', outer(entry()));
    const outerFile = join(directory, 'outer.yaml');
    const ofKit = () => loadPlaybook(outerFile, { playbooks: { outer: outerFile } });
    expect((await ofKit()).includes).toEqual(['inner']);
    chmodSync(join(directory, 'parts/inner.yaml'), 0o666);
    await expect(ofKit()).rejects.toThrow(/parts\/inner\.yaml is writable by others \(0666\)/);
    // The same by a symbolic link, and one include further.
    write(
      'parts/middle.yaml',
      outer(entry('', 'include: linked.yaml')).replaceAll(/name: (outer|first)|id: before/g, '$&2'),
    );
    symlinkSync('inner.yaml', join(directory, 'parts/linked.yaml'));
    write('outer.yaml', outer('  - include: parts/middle.yaml\n'));
    await expect(ofKit()).rejects.toThrow(/parts\/inner\.yaml is writable by others/);
    // One that is named on the command line is the operator's own choice.
    expect((await load()).includes).toEqual(['outer2', 'inner']);
  });

  it('names a parameter that only a condition needs, at the include', async () => {
    const conditional = INNER.replace('  - name: shed\n', '  - name: shed\n    when: ${wanted}\n').replace(
      'parameters:\n',
      'parameters:\n  wanted: { description: whether to shed }\n',
    );
    write('parts/inner.yaml', conditional);
    await expect(loaded(outer(entry()))).rejects.toMatchObject({
      message: 'inner needs wanted',
      place: expect.stringContaining('outer.yaml:9:14'),
    });
    const passed = entry().replace('process:', 'wanted: false, process:');
    expect((await planOf(outer(passed))).workstreams.map(({ name }) => name)).not.toContain('shed');
  });

  const wrong: [string, string, object][] = [
    [
      'a misspelled file',
      entry('', 'include: parts/iner.yaml'),
      { place: 'outer.yaml:9:14', message: expect.stringMatching(/^cannot include parts\/iner.yaml: .*/) },
    ],
    [
      'a misspelled name',
      entry('', 'include: shed-laod'),
      { place: 'outer.yaml:9:14', expected: expect.stringMatching(/^perhaps shed-load; /) },
    ],
    [
      'a misspelled key',
      entry('', 'includ: shed-load'),
      { place: 'outer.yaml:9:5', expected: expect.stringContaining('perhaps include') },
    ],
    [
      'a misspelled key beside it',
      entry('    nees: [first]\n'),
      { place: 'outer.yaml:11:5', expected: 'perhaps needs' },
    ],
    [
      'a misspelled parameter of it',
      entry().replace('process:', 'proces:'),
      { place: 'outer.yaml:10:21', expected: expect.stringMatching(/^perhaps process; /) },
    ],
    [
      'a misspelled parameter of its own',
      entry().replace('${name}', () => '${nam}'),
      { place: 'outer.yaml:10:11', message: 'unknown parameter nam' },
    ],
    [
      'a parameter that is not passed',
      '  - include: parts/inner.yaml\n',
      {
        place: 'outer.yaml:9:14',
        message: 'inner needs process',
        expected: 'process: the offender',
        next: 'pass it on: with: { process: … }',
      },
    ],
    [
      'a misspelled need',
      entry('    needs: [frist]\n'),
      { place: 'outer.yaml:11:12', expected: expect.stringMatching(/^perhaps first; /) },
    ],
    ['steps twice', entry() + entry(), { place: 'outer.yaml:11:14', message: 'duplicate workstream shed' }],
    [
      'a step of its own twice',
      entry().replace('  - include', '  - name: own\n    steps: [{ id: hold, gate: {} }]\n  - include'),
      { place: 'outer.yaml:11:14', message: 'duplicate step hold' },
    ],
  ];
  it.each(wrong)('names the place of %s', async (_name, workstreams, error) => {
    const told = { ...(error as { place: string }) };
    told.place = join(directory, told.place);
    await expect(loaded(outer(workstreams))).rejects.toMatchObject({ kind: 'usage', ...told });
  });

  it('names the place of a mistake in the included file', async () => {
    write('parts/inner.yaml', INNER.replace('action: stop', 'action: stpo'));
    const place = join(directory, 'parts/inner.yaml:13:17');
    await expect(loaded(outer(entry()))).rejects.toMatchObject({ place, message: 'unknown action stpo' });
    write('parts/inner.yaml', INNER.replace('on: role=worker', 'on: role=wroker'));
    await expect(planOf(outer(entry()))).rejects.toMatchObject({
      place: join(directory, 'parts/inner.yaml:14:13'),
    });
  });

  it('names the place of a when that it passes', async () => {
    await expect(planOf(outer(entry('    when: ${name}\n')))).rejects.toMatchObject({
      place: join(directory, 'outer.yaml:11:11'),
      message: 'when must be true or false: "agent"',
    });
  });

  it('refuses to join two needs of which one is enough', async () => {
    write('parts/inner.yaml', INNER.replace('needs: [shed]', 'needs: { any: [shed] }'));
    await expect(loaded(outer(entry('    needs: { any: [first] }\n')))).rejects.toMatchObject({
      place: join(directory, 'outer.yaml:11:19'),
      message: expect.stringContaining('its workstream calm'),
    });
  });

  it('refuses a circle, and one that includes itself', async () => {
    write('parts/inner.yaml', outer('  - include: ../outer.yaml\n'));
    await expect(loaded(outer('  - include: ./parts/inner.yaml\n'))).rejects.toMatchObject({
      place: join(directory, 'parts/../parts/inner.yaml:9:14').replace('parts/../', ''),
      message: expect.stringMatching(
        /^playbooks include each other: .*outer.yaml → .*inner.yaml → .*outer.yaml$/,
      ),
    });
    await expect(loaded(outer('  - include: outer.yaml\n'))).rejects.toThrow('include each other');
  });

  it('refuses includes without an end', async () => {
    for (let i = 0; i < 8; i++) {
      const next = i === 7 ? 'parts/inner.yaml' : `level${i + 1}.yaml`;
      const passed = i === 7 ? ', with: { process: x }' : '';
      const twice = ['a', 'b'].map((as) => `  - { include: ${next}, as: ${as}${passed} }\n`).join('');
      write(`level${i}.yaml`, `schemaVersion: 1\nname: level\ntitle: t\nworkstreams:\n${twice}`);
    }
    await expect(load('level0.yaml')).rejects.toThrow('too many includes');
  });
});
