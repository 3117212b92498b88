import { describe, expect, it } from 'vitest';
import { planLines } from '../../src/cli/format/plan.ts';
import type { ActionStep, GateStep } from '../../src/plan/types.ts';
import { compilePlaybook } from '../../src/playbook/compile.ts';
import { loadPlaybook, parsePlaybook } from '../../src/playbook/load.ts';
import { SHIPPED } from '../../src/playbook/shipped.ts';
import { kitOf } from '../run/fake-fleet.ts';

const good = `schemaVersion: 1
name: two-steps
title: Two steps
parameters:
  process: { description: the offender }
  share: { description: how many, default: 50% }
workstreams:
  - name: first
    steps:
      - id: hold
        action: stop
        on: role=worker
        limit: \${share}
        with: { process: "\${process}" }
  - name: second
    needs: [first]
    steps:
      - id: back
        undo: [hold]
`;

function requestFor(size = 8) {
  const kit = kitOf(size);
  const cluster = kit.clusters.c!;
  cluster.fleet.nodes.push({
    name: 'cp',
    cluster: 'c',
    roles: ['control-plane'],
    address: '10.0.1.1',
    labels: {},
  });
  return {
    kit,
    cluster,
    reason: 'test',
    now: new Date('2026-01-01T00:00:00Z'),
    overrides: {},
    params: { process: 'agent' },
  };
}

describe('a mistake in a playbook is told with its place', () => {
  const cases: [string, (text: string) => string, string, RegExp][] = [
    ['broken YAML', (t) => t.replace('title: Two steps', 'title: [Two'), 'p.yaml:4:1', /./],
    ['an unknown key', (t) => t.replace('limit:', 'limits:'), 'p.yaml:13:9', /unknown key limits/],
    [
      'an unknown action',
      (t) => t.replace('action: stop', 'action: stopp'),
      'p.yaml:11:17',
      /unknown action stopp/,
    ],
    [
      'an unknown parameter',
      (t) => t.replace('${share}', '${sahre}'),
      'p.yaml:10:9',
      /unknown parameter sahre/,
    ],
    [
      'keepTrying until no gate',
      (t) => t.replace('on: role=worker', 'keepTrying: back'),
      'p.yaml:12:21',
      /unknown gate back/,
    ],
    [
      'an unknown need',
      (t) => t.replace('needs: [first]', 'needs: [frist]'),
      'p.yaml:16:12',
      /unknown workstream frist/,
    ],
    [
      'an unknown step',
      (t) => t.replace('undo: [hold]', 'undo: [holt]'),
      'p.yaml:19:15',
      /unknown step holt/,
    ],
    [
      'an undo of what changes nothing',
      (t) => t.replace('undo: [hold]', 'undo: [back]'),
      'p.yaml:19:15',
      /unknown step back/,
    ],
    [
      'an undo of what comes later',
      (t) => t.replace('      - id: hold\n', '      - { id: early, undo: [hold] }\n      - id: hold\n'),
      'p.yaml:10:28',
      /hold cannot be undone here: it comes later/,
    ],
    [
      'a misspelt key that is needed',
      (t) => t.replace('steps:', 'stepz:'),
      'p.yaml:9:5',
      /unknown key stepz/,
    ],
    ['a key that is missing', (t) => t.replace('title: Two steps\n', ''), 'p.yaml:1:1', /^title is missing$/],
    ['a step twice', (t) => t.replace('id: back', 'id: hold'), 'p.yaml:18:13', /duplicate step hold/],
    [
      'a step of no kind',
      (t) => t.replace('undo: [hold]', 'title: x'),
      'p.yaml:18:9',
      /one of action, gate, undo and ask/,
    ],
    [
      'a circle',
      (t) => t.replace('  - name: first\n', '  - name: first\n    needs: [second]\n'),
      'p.yaml:9:12',
      /wait for each other/,
    ],
    ['an alias', (t) => t.replace('title: Two steps', 'title: &a Two'), 'p.yaml:3:11', /anchors and aliases/],
    [
      'another schema',
      (t) => t.replace('schemaVersion: 1', 'schemaVersion: 2'),
      'p.yaml:1:16',
      /schemaVersion 1/,
    ],
    ['a key twice', (t) => t.replace('title: Two steps', 'title: a\ntitle: b'), 'p.yaml:4:1', /unique/],
  ];
  it.each(cases)('%s', async (_name, change, place, message) => {
    const text = change(good);
    expect(text).not.toBe(good);
    await expect(parsePlaybook(text, 'p.yaml')).rejects.toMatchObject({
      kind: 'usage',
      place,
      message: expect.stringMatching(message),
    });
  });

  it('an unknown parameter of an action, at its place', async () => {
    const playbook = await parsePlaybook(
      good.replace('process: "${process}"', 'proces: "${process}"'),
      'p.yaml',
    );
    expect(() => compilePlaybook(playbook, requestFor())).toThrowError(
      expect.objectContaining({ place: 'p.yaml:14:25', message: 'stop has no parameter proces' }),
    );
  });

  it('a short form of a parameter, with the long one', async () => {
    const text = good
      .replace('action: stop', 'action: exec')
      .replace('process: "${process}"', 'cmd: "${process}"');
    const playbook = await parsePlaybook(text, 'p.yaml');
    expect(() => compilePlaybook(playbook, requestFor())).toThrowError(
      expect.objectContaining({
        message: 'exec has no parameter cmd',
        expected: expect.stringMatching(/^perhaps command; /),
      }),
    );
  });

  const someOf = 'a whole number from 1, or a percentage above 0%';
  const anAmount = 'a whole number, or a percentage up to 100%';
  it.each([
    ['limit: 0', 'the limit selects no nodes', someOf],
    ['limit: 0%', 'the limit selects no nodes', someOf],
    ['limit: 101%', 'not an amount', anAmount],
    ['wave: 0', 'the wave has no nodes', someOf],
    ['wave: 0%', 'the wave has no nodes', someOf],
    ['wave: -1', 'not an amount', anAmount],
    ['wave: 2.5', 'not an amount', anAmount],
    ['wave: many', 'not an amount', anAmount],
    ['canary: -1', 'not an amount', anAmount],
    ['canary: 150%', 'not an amount', anAmount],
    ['maxFailures: -1', 'not an amount', anAmount],
    ['maxFailures: 0.5', 'not an amount', anAmount],
    ['maxFailures: 200%', 'not an amount', anAmount],
    ['parallel: 0', 'not a number of targets', 'above 0'],
    ['parallel: 2.5', 'not a number of targets', 'above 0'],
    ['timeout: 0s', 'out of bounds', 'from 1.0s'],
    ['timeout: 60', 'not a duration', 'for example 90s'],
    ['timeout: -5s', 'not a duration', 'for example 90s'],
    ['gate: { answering: 0 }', 'a gate that no API server answers', someOf],
    ['gate: { answering: 0% }', 'a gate that no API server answers', someOf],
    ['gate: { maxErrors: 5 }', 'maxErrors is a share', 'for example 5%'],
    ['gate: { within: 0s }', 'out of bounds', 'from 1.0s'],
    ['gate: { for: 1m, within: 30s }', 'cannot hold for 1m within 30s', 'at least 1m'],
    ['gate: { every: 0s }', 'out of bounds', 'from 100ms'],
    ['gate: { nodes: { sample: 0 } }', 'not a number of them', 'a whole number from 1 to 100'],
    ['gate: { nodes: { pulls: 2.5 } }', 'not a number of them', 'a whole number from 0'],
    ['gate: { nodes: { conntrack: 9 } }', 'conntrack is a share', 'for example 80%'],
    ['gate: { nodes: { calm: 0% } }', 'a gate that needs no calm node', 'a percentage above 0%'],
  ])('a number that makes no sense, %s, at its very place', async (wrong, message, expected) => {
    const text = good
      .replace(/^ +limit: .*\n/m, '')
      .replace('on: role=worker', `on: role=worker\n        ${wrong}`);
    const playbook = await parsePlaybook(text, 'p.yaml');
    const line = wrong.startsWith('gate') ? wrong.lastIndexOf(': ') : wrong.indexOf(': ');
    expect(() => compilePlaybook(playbook, requestFor())).toThrowError(
      expect.objectContaining({
        kind: 'usage',
        place: `p.yaml:13:${9 + line + 2}`,
        message: expect.stringContaining(message),
        expected: expect.stringContaining(expected),
      }),
    );
  });

  it('a wave of null: what was expected', async () => {
    const text = good.replace('limit:', 'wave: ~\n        limit:');
    await expect(parsePlaybook(text, 'p.yaml')).rejects.toMatchObject({
      place: 'p.yaml:13:15',
      message: expect.stringContaining('expected a word or a number'),
    });
  });

  it('anyOf with a key that has no effect then', async () => {
    const text = good.replace('limit:', 'anyOf: true\n        limit:');
    await expect(parsePlaybook(text, 'p.yaml')).rejects.toMatchObject({
      place: 'p.yaml:14:16',
      message: 'limit has no effect with anyOf',
    });
  });

  it('a selector that means nobody, at its place', async () => {
    const playbook = await parsePlaybook(good.replace('on: role=worker', 'on: role=wroker'), 'p.yaml');
    expect(() => compilePlaybook(playbook, requestFor())).toThrowError(
      expect.objectContaining({ kind: 'usage', place: 'p.yaml:12:13' }),
    );
  });
});

describe('parameters', () => {
  it('unknown: names the nearest', async () => {
    const playbook = await parsePlaybook(good, 'p.yaml');
    const request = { ...requestFor(), params: { proces: 'x' } };
    expect(() => compilePlaybook(playbook, request)).toThrowError(
      expect.objectContaining({ kind: 'usage', expected: expect.stringContaining('perhaps process') }),
    );
  });
  it('missing: names it with its description', async () => {
    const playbook = await parsePlaybook(good, 'p.yaml');
    const request = { ...requestFor(), params: {} };
    expect(() => compilePlaybook(playbook, request)).toThrowError(
      expect.objectContaining({ kind: 'usage', message: 'two-steps needs process' }),
    );
  });
  it('the kit gives defaults, the command line wins', async () => {
    const playbook = await parsePlaybook(good, 'p.yaml');
    const request = requestFor();
    request.cluster.parameters = { share: '25%', process: 'from-kit' };
    expect(compilePlaybook(playbook, { ...request, params: {} }).params).toEqual({
      process: 'from-kit',
      share: '25%',
    });
    expect(compilePlaybook(playbook, request).params).toEqual({ process: 'agent', share: '25%' });
  });
});

describe('compiling', () => {
  it('resolves selectors, shares and budgets to names and numbers', async () => {
    const plan = compilePlaybook(await parsePlaybook(good, 'p.yaml'), requestFor());
    const [hold] = plan.workstreams[0]!.steps;
    expect(hold).toMatchObject({
      targets: ['n1', 'n2', 'n3', 'n4'],
      waves: [4],
      budget: 0,
      params: { process: 'agent' },
    });
  });

  it('every client is readmitted in exactly one batch', async () => {
    const text = good.replace(
      'undo: [hold]',
      'action: readmit\n        on: role=control-plane\n        clients: { of: role=worker, batch: 3 }\n        gate: { answering: 1 }',
    );
    const plan = compilePlaybook(await parsePlaybook(text, 'p.yaml'), requestFor(8));
    const steps = plan.workstreams[1]!.steps.flatMap((s) => (s.kind === 'action' ? [s] : []));
    expect(steps.map((s) => s.id)).toEqual(['back.1', 'back.2', 'back.3']);
    const clients = steps.flatMap((s) => String(s.params.clients).split(','));
    expect(clients.sort()).toEqual(Array.from({ length: 8 }, (_, i) => `10.0.0.${i + 1}`));
    expect(steps.every((s) => s.rollBack && s.gate)).toBe(true);
    const none = await parsePlaybook(text.replace('batch: 3', 'batch: 0'), 'p.yaml');
    expect(() => compilePlaybook(none, requestFor(8))).toThrow('a batch of no clients');
  });

  it('a gate reads the nodes of its own batch, those that it selects, or a sample of the workers', async () => {
    const gate = (nodes: string) =>
      good
        .replace('- id: back', `- id: steady\n        gate: { nodes: ${nodes} }\n      - id: back`)
        .replace(
          'undo: [hold]',
          'action: readmit\n        on: role=control-plane\n        clients: { of: role=worker, batch: 4 }\n        gate: { nodes: { pulls: 1 } }',
        );
    const compiled = async (nodes: string) =>
      compilePlaybook(await parsePlaybook(gate(nodes), 'p.yaml'), requestFor(8)).workstreams[1]!.steps;
    const [steady, ...batches] = await compiled('{ sample: 3, uplink: 500 }');
    expect(steady).toMatchObject({
      gate: { nodes: { calm: '90%', sample: 3, limits: { pulls: 3, registry: 0, uplink: '500' } } },
    });
    expect((steady as GateStep).gate.nodes!.names).toHaveLength(3);
    expect((steady as GateStep).gate.nodes!.names).not.toContain('cp');
    for (const batch of batches as ActionStep[]) {
      const clients = batch.gate!.nodes!.names!.map((name) => `10.0.0.${name.slice(1)}`);
      expect(clients.sort()).toEqual(String(batch.params.clients).split(',').sort());
      expect(batch.gate!.nodes!.limits.pulls).toBe(1);
    }
    const [chosen] = await compiled('{ on: role=control-plane }');
    expect(chosen).toMatchObject({ gate: { nodes: { names: ['cp'] } } });
    await expect(compiled('{ pull: 3 }')).rejects.toMatchObject({
      message: expect.stringContaining('unknown key pull'),
    });
    await expect(compiled('{ on: pool=none }')).rejects.toMatchObject({
      message: expect.stringContaining('no nodes match'),
    });
  });

  it.each(Object.keys(SHIPPED))('the shipped %s makes a plan', async (name) => {
    const request = { ...requestFor(), params: {} };
    const all = {
      account: 'agent',
      process: 'agent',
      namespace: 'ns',
      daemonset: 'agent',
      'pod-selector': 'app=agent',
      'instance-type': 'm7i.8xlarge',
    };
    request.cluster.parameters = all;
    const plan = compilePlaybook(await loadPlaybook(name, request.kit), request);
    expect(plan.workstreams.length).toBeGreaterThan(0);
    expect(plan.hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('an unknown playbook: names the nearest', async () => {
    await expect(loadPlaybook('shed-laod', requestFor().kit)).rejects.toMatchObject({
      kind: 'usage',
      expected: expect.stringContaining('perhaps shed-load'),
    });
  });
});

describe('the shipped playbooks that fence', () => {
  const fencing = ['cold-start', 'control-plane-lockout', 'fence-apiserver'] as const;
  const all: Record<string, string> = {
    process: 'agent',
    namespace: 'ns',
    daemonset: 'agent',
    'pod-selector': 'app=agent',
    'instance-type': 'm6i.8xlarge',
  };
  const planned = async (name: (typeof fencing)[number], more: Record<string, string> = {}) => {
    const playbook = await loadPlaybook(name, { playbooks: {} });
    const known = Object.entries(all).filter(([key]) => key in playbook.parameters);
    const plan = compilePlaybook(playbook, {
      ...requestFor(),
      params: { ...Object.fromEntries(known), ...more },
    });
    return { plan, steps: plan.workstreams.flatMap((w) => w.steps) };
  };

  it('are these', async () => {
    const names = Object.keys(SHIPPED).filter((name) => /action: fence$/m.test(SHIPPED[name]!));
    expect(names.sort()).toEqual([...fencing]);
  });

  it.each(fencing)('%s pauses the controller-manager on every control-plane node before', async (name) => {
    const { plan, steps } = await planned(name);
    const [first, second] = steps.filter((s) => s.kind === 'action' && /^(pause|fence)$/.test(s.id));
    // In one workstream the steps run in order; otherwise the fence waits until the pause succeeds.
    const of = (id: string) => plan.workstreams.find((w) => w.steps.some((s) => s.id === id))!;
    if (of('fence') !== of('pause')) expect(of('fence').needs).toEqual({ all: [of('pause').name] });
    expect(first).toMatchObject({ action: 'pause', targets: ['cp'], params: {} });
    expect(second).toMatchObject({ action: 'fence', targets: ['cp'] });
  });

  it('the recovery gives it back after the clients are in and their leases are fresh', async () => {
    const { steps } = await planned('control-plane-lockout');
    const ids = steps.map((step) => step.id);
    const at = (id: string) => ids.indexOf(id);
    expect([...ids].slice(at('readmit.4'))).toEqual([
      'readmit.4',
      'unfence',
      'fresh',
      'unpause',
      'release',
      'start-last',
      'recovered',
    ]);
    expect(steps[at('fresh')]).toMatchObject({ gate: { freshLeases: '90%' } });
    expect(steps[at('unpause')]).toMatchObject({ kind: 'undo', steps: ['pause', 'pause-again'] });
    expect(steps[at('remove')]).toMatchObject({ removesCause: true, params: { pods: 'ns/app=agent' } });
  });

  it('the recovery keeps names answering from its beginning until the clients are in, where it is told to', async () => {
    const { plan, steps } = await planned('control-plane-lockout', { names: 'true' });
    const [first] = plan.workstreams;
    expect(first).toMatchObject({ name: 'names', needs: {} });
    expect(first!.steps).toMatchObject([
      { action: 'dns-hold', params: { untilSynced: 'true', ownServer: 'false' } },
    ]);
    const own = await planned('control-plane-lockout', { names: 'true', 'names-own-server': 'true' });
    expect(own.plan.workstreams[0]!.steps).toMatchObject([{ params: { ownServer: 'true' } }]);
    const targets = (on: typeof plan) => (on.workstreams[0]!.steps[0] as { targets: string[] }).targets;
    const some = await planned('control-plane-lockout', { names: 'true', 'names-on': 'role=control-plane' });
    expect(targets(plan).length).toBeGreaterThan(targets(some.plan).length);
    const ids = steps.map((step) => step.id);
    expect(ids.slice(ids.indexOf('release'))).toEqual(['release', 'own-names', 'start-last', 'recovered']);
    const without = await planned('control-plane-lockout');
    expect(without.steps.map((step) => step.id)).not.toContain('own-names');
  });

  it.each(fencing)('%s goes without it where it is told to', async (name) => {
    const { steps } = await planned(name, { 'pause-controllers': 'false' });
    const left = steps.map((step) => step.id);
    expect(left).toContain('fence');
    for (const id of ['pause', 'pause-again', 'fresh', 'unpause']) expect(left).not.toContain(id);
  });
});

describe('a step that is left out', () => {
  const withWhen = (when: string) => good.replace('undo: [hold]', `undo: [hold]\n        when: ${when}`);
  const compiled = async (text: string) => compilePlaybook(await parsePlaybook(text, 'p.yaml'), requestFor());

  it('is in no plan; a workstream without steps is done at once', async () => {
    const plan = await compiled(`${withWhen('false')}      - id: more\n        gate: {}\n`);
    expect(plan.workstreams[1]!.steps.map((step) => step.id)).toEqual(['more']);
    expect((await compiled(withWhen('false'))).workstreams[1]!.steps).toEqual([]);
    expect((await compiled(withWhen('true'))).workstreams[1]!.steps).toHaveLength(1);
  });

  it('is left out by true or false alone', async () => {
    await expect(compiled(withWhen('maybe'))).rejects.toMatchObject({
      message: expect.stringContaining('when must be true or false: "maybe"'),
      place: expect.stringContaining('p.yaml:20:'),
    });
  });
});

describe('a workstream that is left out', () => {
  const withWhen = (name: string, when: string, text = good) =>
    text.replace(`- name: ${name}\n`, `- name: ${name}\n    when: ${when}\n`);
  const compiled = async (text: string, params: Record<string, string> = { process: 'agent' }) =>
    compilePlaybook(await parsePlaybook(text, 'p.yaml'), { ...requestFor(), params });

  it('is not in the plan, and nothing waits for it', async () => {
    const plan = await compiled(withWhen('first', 'false'));
    expect(plan.workstreams.map(({ name, needs }) => [name, needs])).toEqual([['second', {}]]);
    expect((await compiled(withWhen('first', 'true'))).workstreams[1]!.needs).toEqual({ all: ['first'] });
  });

  it('requires no parameter of its own', async () => {
    await expect(compiled(good, {})).rejects.toThrow('two-steps needs process');
    expect((await compiled(withWhen('first', 'false'), {})).workstreams).toHaveLength(1);
  });

  it('is left out by true or false alone, and not all of them', async () => {
    await expect(compiled(withWhen('second', 'perhaps'))).rejects.toMatchObject({
      message: 'when must be true or false: "perhaps"',
      place: expect.stringContaining('p.yaml:16:'),
    });
    const none = withWhen('second', 'false', withWhen('first', 'false'));
    await expect(compiled(none)).rejects.toThrow('two-steps leaves out all of its workstreams');
  });

  it('a playbook of three workstreams can go by any one of them', async () => {
    const names = ['fewer-clients', 'no-clients', 'bigger-servers'];
    const shipped = await loadPlaybook('control-plane-lockout', { playbooks: {} });
    for (const kept of names) {
      const params = {
        process: 'agent',
        namespace: 'ns',
        daemonset: 'agent',
        'pod-selector': 'app=agent',
        ...Object.fromEntries(names.map((name) => [name, String(name === kept)])),
        ...(kept === 'bigger-servers' && { 'instance-type': 'm6i.8xlarge' }),
      };
      const { workstreams } = compilePlaybook(shipped, { ...requestFor(), params });
      expect(workstreams.map(({ name }) => name).filter((name) => names.includes(name))).toEqual([kept]);
      expect(workstreams.find(({ name }) => name === 'removal')!.needs).toEqual({ any: [kept] });
    }
  });
});

describe('a step that asks a person', () => {
  const asking = (more: string) => good.replace('undo: [hold]', () => more);
  const compiled = async (text: string) => compilePlaybook(await parsePlaybook(text, 'p.yaml'), requestFor());

  it('has its question in the plan, and the hash covers it', async () => {
    const plan = await compiled(
      asking('ask: >-\n          Delete ${process}\n          now?\n        within: 5m'),
    );
    expect(plan.workstreams[1]!.steps).toEqual([
      { kind: 'ask', id: 'back', title: 'a person decides', text: 'Delete agent now?', withinMs: 300_000 },
    ]);
    expect((await compiled(asking('ask: Delete ${process} later?'))).hash).not.toBe(plan.hash);
    expect(planLines(plan).join('\n')).toContain(
      'asks: Delete agent now? (waits for yes at most 5m00s; no ends the workstream)',
    );
  });

  it.each([
    ['askk: now?', 'p.yaml:18:9', 'a step is one of action, gate, undo and ask', /^perhaps ask; /],
    [
      'ask: now?\n        witin: 5m',
      'p.yaml:20:9',
      'unknown key witin in workstreams.1.steps.0',
      /^perhaps within$/,
    ],
    [
      'gate: {}\n        witin: 5m',
      'p.yaml:20:9',
      'unknown key witin in workstreams.1.steps.0',
      /^one of id, title, when, gate$/,
    ],
    ['ask: " "', 'p.yaml:19:14', 'an empty question', /^what a person is to decide/],
    ['ask: now?\n        within: 0s', 'p.yaml:20:17', expect.stringContaining('out of bounds'), /from 1.0s/],
    ['ask: "${nobody}?"', 'p.yaml:18:9', 'unknown parameter nobody', /process/],
  ])('refuses %j at its place', async (step, place, message, expected) => {
    const wrong = { kind: 'usage', place, message, expected: expect.stringMatching(expected) };
    await expect(compiled(asking(step))).rejects.toMatchObject(wrong);
  });

  it('is not undone', async () => {
    const text = `${asking('ask: now?')}      - { id: more, undo: [back] }\n`;
    await expect(parsePlaybook(text, 'p.yaml')).rejects.toThrow('unknown step back');
  });
});

describe('a condition in a playbook', () => {
  it('is refused at its place, and decides with the parameters', async () => {
    const withWhen = (when: string) =>
      good.replace('undo: [hold]', () => `undo: [hold]\n        when: ${when}`);
    const steps = async (when: string) => {
      const playbook = await parsePlaybook(withWhen(when), 'p.yaml');
      return compilePlaybook(playbook, requestFor()).workstreams[1]!.steps.length;
    };
    await expect(steps('${process} = agent')).rejects.toMatchObject({
      place: 'p.yaml:20:15',
      message: expect.stringContaining('not a condition: "${process} = agent"'),
    });
    expect(await steps('${process} == agent and ${share} != 10%')).toBe(1);
    expect(await steps('not ${process} == agent')).toBe(0);
  });
});

describe('a step that removes the cause', () => {
  it('is not undone by the playbook itself', async () => {
    const text = good.replace('action: stop', 'action: stop\n        removesCause: true');
    await expect(parsePlaybook(text, 'p.yaml')).rejects.toThrow(/hold removes the cause/);
  });
});

describe('a parameter that was renamed', () => {
  async function paramsOf(action: string, given: string) {
    const text = `schemaVersion: 1
name: renamed
title: Renamed
workstreams:
  - name: only
    steps: [{ id: it, action: ${action}, on: role=worker, with: { ${given} } }]
`;
    const request = { ...requestFor(), params: {} };
    const [step] = compilePlaybook(await parsePlaybook(text, 'p.yaml'), request).workstreams[0]!.steps;
    return step?.kind === 'action' ? step.params : undefined;
  }

  it.each([
    ['stop', 'command: agent --all', { cmdline: 'agent --all' }],
    ['shrink', 'command: agent', { cmdline: 'agent' }],
    ['cordon', 'ports: "443,8443"', { port: '443,8443' }],
    ['exec', 'command: uptime', { command: 'uptime' }],
  ])('%s: { %s } is still read', async (action, given, params) => {
    expect(await paramsOf(action, given)).toEqual(params);
  });

  it('is refused beside its present name', async () => {
    await expect(paramsOf('stop', 'command: a, cmdline: b')).rejects.toThrow('stop has no parameter command');
  });
});

describe('a text with ${', () => {
  it('keeps $${name} as ${name}, declared or not, and puts parameters beside it', async () => {
    const text = good
      .replace('action: stop', 'action: exec')
      .replace('process: "${process}"', () => "command: 'x=${process}; echo $${x} $${process} ${X} $$'");
    const plan = compilePlaybook(await parsePlaybook(text, 'p.yaml'), requestFor());
    expect(plan.workstreams[0]!.steps[0]).toMatchObject({
      params: { command: 'x=agent; echo ${x} ${process} ${X} $$' },
    });
  });
});
