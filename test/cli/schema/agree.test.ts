import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { readSnapshot } from '../../../src/fleet/snapshot.ts';
import { openKit } from '../../../src/kit/open.ts';
import { parsePlaybook } from '../../../src/playbook/load.ts';
import { SHIPPED } from '../../../src/playbook/shipped.ts';
import { fleetOf, KIT_YAML, makeKit, NODES } from '../../kit/make-kit.ts';
import { validator } from './validator.mjs';

const schemaOf = (name: string) =>
  JSON.parse(readFileSync(resolve(import.meta.dirname, '../../../schemas', `${name}.schema.json`), 'utf8'));

// biome-ignore lint/suspicious/noExplicitAny: a file in the making.
type Loose = any;
type Case = [what: string, change: (file: Loose) => void];

/** Each by what the reader takes, and by what the schema does. */
const byReader = (read: (file: Loose) => Promise<unknown> | unknown) => async (file: Loose) => {
  try {
    await read(file);
    return [];
  } catch (error) {
    return [String(error)];
  }
};

function agrees(
  base: Loose,
  name: string,
  read: (file: Loose) => Promise<unknown> | unknown,
  taken: Case[],
  refused: Case[],
) {
  const bySchema = validator(schemaOf(name));
  const made = (change: Case[1]) => {
    const file = structuredClone(base);
    change(file);
    return file;
  };
  it.each([['as it is', () => {}] as Case, ...taken])('both take it: %s', async (_, change) => {
    const file = made(change);
    expect(await byReader(read)(file)).toEqual([]);
    expect(bySchema(file)).toEqual([]);
  });
  it.each(refused)('both refuse it: %s', async (_, change) => {
    const file = made(change);
    expect(await byReader(read)(file)).not.toEqual([]);
    expect(bySchema(file)).not.toEqual([]);
  });
}

describe('kit.yaml', () => {
  const c1 = (kit: Loose) => kit.clusters.c1;
  const read = async (file: Loose) => {
    const path = makeKit({ 'kit.yaml': stringify(file), 'more/known_hosts': '' });
    try {
      const { unopened = {} } = await openKit(path);
      for (const problem of Object.values(unopened)) throw problem;
    } finally {
      rmSync(path, { recursive: true });
    }
  };
  agrees(
    parse(KIT_YAML),
    'kit',
    read,
    [
      ['a name', (k) => (k.name = 'ops')],
      ['empty defaults', (k) => (k.defaults = null)],
      ['a cluster with nothing but the defaults', (k) => (k.clusters.c1 = null)],
      [
        'a region from the defaults',
        (k) => {
          k.defaults = { cloud: { region: 'us-west-2' } };
          c1(k).cloud = { profile: 'x' };
        },
      ],
      [
        'defaults without what each cluster has',
        (k) => {
          k.defaults = { cloud: { profile: 'x' } };
          c1(k).cloud = { region: 'us-west-2' };
        },
      ],
      ['labels of any kind', (k) => (c1(k).labels = { env: 'prod', 'example.com/tier': 1, blue: true })],
      [
        'clients by address and network',
        (k) => (c1(k).kubernetes = { alwaysAllow: ['10.0.0.0/8', '10.1.2.3', 'fd00::/8', '::1'] }),
      ],
      ['timeouts', (k) => (c1(k).timeouts = { connect: '1m30s', retry: '0s' })],
      [
        'amounts as text and number',
        (k) => (k.policy = { floors: { worker: '50%', etcd: 2, 'control-plane': '1' }, maxFailures: '2.5%' }),
      ],
      [
        'one listener',
        (k) =>
          (c1(k).cloud = {
            region: 'us-west-2',
            traffic: [{ listener: 'arn:aws:elasticloadbalancing:us-west-2:1:listener/app/a/1/2' }],
          }),
      ],
    ],
    [
      ['no schemaVersion', (k) => delete k.schemaVersion],
      ['another schemaVersion', (k) => (k.schemaVersion = 2)],
      ['an unknown key', (k) => (k.cluster = {})],
      ['an unknown key of a cluster', (k) => (c1(k).user = 'core')],
      ['an unknown key of the defaults', (k) => (k.defaults = { shh: {} })],
      ['a fleet in the defaults', (k) => (k.defaults = { fleet: 'fleet/all.json' })],
      ['a name of a cluster with a slash', (k) => (k.clusters['a/b'] = {})],
      ['a login that begins with a dash', (k) => (c1(k).ssh.user = '-oProxyCommand')],
      ['port 0', (k) => (c1(k).ssh.port = 0)],
      ['a port as text', (k) => (c1(k).ssh.port = '22')],
      ['a bastion by name', (k) => (c1(k).bastions.b1.address = 'bastion.example.com')],
      ['an address out of range', (k) => (c1(k).bastions.b1.address = '300.1.1.1')],
      ['a network out of range', (k) => (c1(k).kubernetes = { alwaysAllow: ['10.0.0.0/33'] })],
      ['a network with a zone', (k) => (c1(k).kubernetes = { alwaysAllow: ['fe80::1%eth0'] })],
      ['an unknown transport', (k) => (c1(k).via = ['telnet'])],
      ['no transport', (k) => (c1(k).via = [])],
      ['a label no selector could name', (k) => (c1(k).labels = { 'a b': 'x' })],
      ['a label value with a space', (k) => (c1(k).labels = { env: 'a b' })],
      ['a duration without a unit', (k) => (c1(k).timeouts = { connect: '15' })],
      ['a share above 100%', (k) => (k.policy = { maxFailures: '101%' })],
      ['half a node', (k) => (k.policy = { maxFailures: 1.5 })],
      [
        'both ways to divide traffic',
        (k) =>
          (c1(k).cloud = {
            region: 'us-west-2',
            traffic: [
              {
                listener: 'arn:aws:elasticloadbalancing:us-west-2:1:listener/app/a/1/2',
                record: { zone: 'Z1', name: 'x.example.com' },
              },
            ],
          }),
      ],
      ['a filter of nothing', (k) => (c1(k).cloud = { region: 'us-west-2', discover: { filters: {} } })],
    ],
  );
});

describe('clusters/<name>.yaml', () => {
  const read = async (file: Loose) => {
    const path = makeKit({
      'kit.yaml': 'schemaVersion: 1\n',
      'clusters/c1.yaml': file === null ? '' : stringify(file),
    });
    try {
      const { unopened = {} } = await openKit(path);
      for (const problem of Object.values(unopened)) throw problem;
    } finally {
      rmSync(path, { recursive: true });
    }
  };
  agrees(
    parse(KIT_YAML).clusters.c1,
    'cluster',
    read,
    [['its own snapshot', (c) => (c.fleet = 'fleet/c1.json')]],
    [
      ['what stands in kit.yaml', (c) => (c.schemaVersion = 1)],
      ['a jump with a space', (c) => (c.ssh.jump = 'a b')],
    ],
  );
});

describe('fleet/<cluster>.json', () => {
  const read = (file: Loose) => {
    const read = readSnapshot(file, 'c1');
    if ('issues' in read) throw new Error(JSON.stringify(read.issues));
  };
  const first = (fleet: Loose) => fleet.nodes[0];
  agrees(
    fleetOf(NODES),
    'fleet',
    read,
    [
      ['an address with a zone', (f) => (first(f).address = 'fe80::1%eth0')],
      ['a mapped address', (f) => (first(f).address = '::ffff:10.0.0.1')],
      ['no jump', (f) => (first(f).jump = false)],
      ['an instance', (f) => (first(f).instanceId = 'mi-0123456789abcdef0')],
    ],
    [
      ['no nodes', (f) => (f.nodes = [])],
      ['no time', (f) => (f.takenAt = 'yesterday')],
      ['an unknown key of a node', (f) => (first(f).zone = 'a')],
      ['a node by name', (f) => (first(f).address = 'cp-1.example.com')],
      ['this very machine', (f) => (first(f).address = '0.0.0.0')],
      ['no address', (f) => delete first(f).address],
      ['an unknown role', (f) => (first(f).roles = ['master'])],
      ['a label that is a number', (f) => (first(f).labels = { size: 3 })],
    ],
  );
});

describe('a playbook', () => {
  const read = (file: Loose) => parsePlaybook(stringify(file), 'own.yaml');
  const step = (playbook: Loose) => playbook.workstreams[0].steps[0];
  const base = parse(SHIPPED['shed-load']!);
  const gate = { id: 'open', gate: { answering: '50%', for: '5s' } };
  agrees(
    base,
    'playbook',
    read,
    [
      ['a gate', (p) => p.workstreams[0].steps.push(gate)],
      ['a gate of its own', (p) => (step(p).gate = { within: '5m' })],
      ['an undo', (p) => p.workstreams[0].steps.push({ id: 'back', undo: [step(p).id] })],
      [
        'needs as a list',
        (p) => p.workstreams.push({ name: 'then', needs: [p.workstreams[0].name], steps: [gate] }),
      ],
      [
        'needs by kind',
        (p) => p.workstreams.push({ name: 'then', needs: { ended: [p.workstreams[0].name] }, steps: [gate] }),
      ],
      ['a question', (p) => p.workstreams[0].steps.push({ id: 'go', ask: 'Go on?', within: '5m' })],
      [
        'an include',
        (p) =>
          p.workstreams.push({
            include: 'shed-load',
            as: 'second',
            with: { process: 'x', share: '5%' },
            when: 'not false',
            needs: { ended: [p.workstreams[0].name] },
          }),
      ],
      ['a switch for a condition', (p) => (p.workstreams[0].when = true)],
      ['numbers for words', (p) => Object.assign(step(p), { limit: 3, wave: '10%', parallel: 8 })],
      ['clusters', (p) => (p.clusters = { order: 'largest', needs: [{ of: 'tier=web', after: 'tier=db' }] })],
    ],
    [
      ['another schemaVersion', (p) => (p.schemaVersion = 2)],
      ['no title', (p) => delete p.title],
      ['a name with capitals', (p) => (p.name = 'ShedLoad')],
      ['no workstream', (p) => (p.workstreams = [])],
      ['no step', (p) => (p.workstreams[0].steps = [])],
      ['an unknown key', (p) => (p.params = {})],
      ['an unknown key of a workstream', (p) => (p.workstreams[0].need = [])],
      ['an unknown key of a step', (p) => (step(p).retries = 3)],
      ['an unknown action', (p) => (step(p).action = 'stpo')],
      ['a step of no kind', (p) => delete step(p).action],
      ['an unknown transport', (p) => (step(p).via = ['telnet'])],
      ['an unknown key of a gate', (p) => (step(p).gate = { until: '5m' })],
      [
        'an unknown key of a question',
        (p) => p.workstreams[0].steps.push({ id: 'go', ask: 'x', until: '5m' }),
      ],
      [
        'an unknown key of an include',
        (p) => p.workstreams.push({ include: 'shed-load', as: 'b', with: { process: 'x' }, steps: [] }),
      ],
      ['an include of a list', (p) => p.workstreams.push({ include: ['shed-load'], with: { process: 'x' } })],
      ['an undo of nothing', (p) => p.workstreams[0].steps.push({ id: 'back', undo: [] })],
      ['a list for a word', (p) => (step(p).on = ['a'])],
      ['a parameter without a description', (p) => (p.parameters.other = { default: 'x' })],
    ],
  );

  const check = validator(schemaOf('playbook'));
  it.each(Object.entries(SHIPPED))('the shipped one: %s', (_, text) => {
    expect(check(parse(text))).toEqual([]);
    const [first] = text.split('\n');
    const reference = /^# yaml-language-server: \$schema=(.+)$/.exec(first!)?.[1];
    expect(join('playbooks', reference!)).toBe('schemas/playbook.schema.json');
  });
});
