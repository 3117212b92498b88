import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { discoverFromEc2 } from '../../src/aws/discover-ec2.ts';
import { ec2Api } from '../../src/aws/ec2-api.ts';
import { CommandLine } from '../cli/command-line.ts';
import { ec2, launch, role, user } from './moto/account.ts';
import { findMoto, type Moto, startMoto } from './moto/server.ts';

const WEST = 'us-west-2';
const EAST = 'us-east-1';
const ALL = ['ec2:*', 'ssm:*', 'sts:*'];
const BIG = 'm5.4xlarge';

let moto: Moto;
let cli: CommandLine;
let kit: string;
let west: string[];

const path = findMoto();

/** The real command line before somebody else's EC2, SSM, IAM and STS: none of it was written by whoever wrote ours. */
describe.skipIf(!path)('the command line and AWS, where moto can be had', () => {
  beforeAll(async () => {
    cli = new CommandLine();
    moto = await startMoto(path!);
    const tag = (cluster: string) => ({ [`kubernetes.io/cluster/${cluster}`]: 'owned' });
    west = await launch(moto, WEST, 6, tag('west'));
    for (let n = 0; n < 12; n++) await launch(moto, EAST, 1, { ...tag('east'), Name: `e${n}` });
    await launch(moto, WEST, 2, tag('other'));
    await ec2(moto, WEST, 'StopInstances', west[4]!);
    await ec2(moto, WEST, 'TerminateInstances', west[5]!);
    const may = await user(moto, 'may', ALL);
    const reader = await user(moto, 'reader', ['ec2:Describe*', 'ec2:StopInstances', 'ec2:StartInstances']);
    const arn = await role(moto, 'axe', 'may', ALL);
    kit = join(cli.directory, 'kit');
    for (const dir of [kit, join(kit, 'aws'), join(kit, 'fleet')]) {
      mkdirSync(dir, { recursive: true });
      chmodSync(dir, 0o700);
    }
    const keys = {
      may,
      reader,
      wrong: { ...may, secret: 'another' },
      unknown: { id: 'AKIANOBODY', secret: 's' },
    };
    write(
      'aws/credentials',
      Object.entries(keys)
        .map(([name, k]) => `[${name}]\naws_access_key_id = ${k.id}\naws_secret_access_key = ${k.secret}\n`)
        .join(''),
    );
    write(
      'aws/config',
      [...Object.keys(keys), 'assumed']
        .map((name) => `[profile ${name}]\nendpoint_url = ${moto.url}\n`)
        .join('')
        .concat(`role_arn = ${arn}\nsource_profile = may\n`),
    );
    useProfile('may');
    await moto.demand(true);
  });
  afterAll(async () => {
    await moto?.close();
    cli?.close();
  });

  it('finds the fleet of each region, without what is stopped, gone or of another cluster', async () => {
    const found = await fireaxe('nodes', '-c', 'west', '--discover', '--save');
    expect(found.stderr).toContain('saved to');
    expect(found.code).toBe(0);
    expect(ids('west').sort()).toEqual(west.slice(0, 4).sort());
    expect((await fireaxe('nodes', '-c', 'east', '--discover', '--save')).code).toBe(0);
    expect(ids('east')).toHaveLength(12);
  });

  it('reads page after page', async () => {
    const api = await ec2Api({ ...cloud('may'), region: EAST }, {});
    let pages = 0;
    const describe = (query: object) => {
      pages += 1;
      return api.describe({ ...query, MaxResults: 5 });
    };
    const snapshot = await discoverFromEc2({ describe, cluster: 'east', region: EAST }).finally(() =>
      api.close(),
    );
    expect(pages).toBe(3);
    expect(new Set(snapshot.nodes.map((node) => node.instanceId)).size).toBe(12);
  });

  it.each([
    ['a secret that is wrong', 'wrong', 4, 'are not accepted'],
    ['a key that nobody has', 'unknown', 4, 'are not accepted'],
    ['a role that is assumed', 'assumed', 0, 'not saved'],
  ])('signs as AWS reads it: %s', async (_, profile, code, text) => {
    useProfile(profile);
    const seen = await fireaxe('nodes', '-c', 'west', '--discover').finally(() => useProfile('may'));
    expect(seen.stderr).toContain(text);
    expect(seen.code).toBe(code);
  });

  it('shows, scales, says already, and goes back', async () => {
    const id = await fresh();
    const scale = ['scale', '-c', 'west', '--nodes', 'n0', '--type', BIG];
    const dry = await fireaxe(...scale, '--ignore-quorum', '--reason', 'lab', '--dry-run');
    expect(dry.stdout).toContain('would become');
    expect(await typeOf(id)).toEqual(['m5.large', 'running']);

    expect((await scaleOne(BIG)).stdout).toContain(`m5.large → ${BIG}`);
    expect(await typeOf(id)).toEqual([BIG, 'running']);
    const back = await fireaxe('undo', 'last', '--confirm', 'west 1');
    expect(back).toMatchObject({ code: 0, stdout: expect.stringContaining(`m5.large`) });
    expect(await typeOf(id)).toEqual(['m5.large', 'running']);
    expect((await scaleOne('m5.large')).stdout).toContain('already running as m5.large');
  });

  it('stops nothing where it may not change the type', async () => {
    const id = await fresh();
    useProfile('reader');
    const told = await scaleOne(BIG).finally(() => useProfile('may'));
    expect(told.stdout + told.stderr).toContain('ec2:ModifyInstanceAttribute');
    expect(told.code).toBe(3);
    expect(await typeOf(id)).toEqual(['m5.large', 'running']);
  });

  it.each([
    ['a type that is not sold', 'm5.nothing', 'EC2 has no type m5.nothing'],
    ['a type of another architecture', 'm7g.large', 'is arm64'],
  ])('stops nothing for %s', async (_, type, text) => {
    const id = await fresh();
    const told = await scaleOne(type);
    expect(told.stdout + told.stderr).toContain(text);
    expect(await typeOf(id)).toEqual(['m5.large', 'running']);
  });

  it('asks which account and region it is where the instance is not known', async () => {
    workers('east', west.slice(3, 4));
    const told = await fireaxe('scale', '-c', 'east', '--nodes', 'n0', '--type', BIG, ...sure('east'));
    expect(told.stdout + told.stderr).toMatch(/EC2 has no i-[0-9a-f]+ in us-east-1/);
    expect(told.code).toBe(3);
  });

  const fireaxe = (...args: string[]) => cli.start([...args, '--no-input'], kit).ended;
  const sure = (cluster: string) => ['--ignore-quorum', '--reason', 'lab', '--confirm', `${cluster} 1`];
  const scaleOne = (type: string) =>
    fireaxe('scale', '-c', 'west', '--nodes', 'n0', '--type', type, ...sure('west'));

  /** A running machine that no other test has touched, alone in the fleet: a second try begins as the first did. */
  async function fresh(): Promise<string> {
    await moto.demand(false);
    const [id] = await launch(moto, WEST, 1).finally(() => moto.demand(true));
    workers('west', [id!]);
    return id!;
  }

  function write(name: string, text: string): void {
    writeFileSync(join(kit, name), text, { mode: 0o600 });
  }

  function useProfile(profile: string): void {
    const cluster = (region: string) => ({ cloud: { profile, region } });
    write(
      'kit.yaml',
      JSON.stringify({ schemaVersion: 1, clusters: { west: cluster(WEST), east: cluster(EAST) } }),
    );
  }

  function cloud(profile: string) {
    return { profile, configFile: join(kit, 'aws/config'), credentialsFile: join(kit, 'aws/credentials') };
  }

  function ids(cluster: string): string[] {
    const fleet = JSON.parse(readFileSync(join(kit, `fleet/${cluster}.json`), 'utf8'));
    return fleet.nodes.map((node: { instanceId: string }) => node.instanceId);
  }

  /** A fleet of nothing but these: no etcd member to ask, which nobody here could answer for. */
  function workers(cluster: string, of: string[]): void {
    const nodes = of.map((instanceId, n) => ({
      name: `n${n}`,
      cluster,
      roles: ['worker'],
      address: '10.0.0.1',
      labels: {},
      instanceId,
    }));
    const takenAt = new Date().toISOString();
    write(
      `fleet/${cluster}.json`,
      JSON.stringify({ schemaVersion: 1, cluster, takenAt, source: 'file', nodes }),
    );
  }

  async function typeOf(id: string): Promise<(string | undefined)[]> {
    const api = await ec2Api({ ...cloud('may'), region: WEST }, {});
    const instance = await api.instance(id).finally(() => api.close());
    return [instance?.InstanceType, instance?.State?.Name];
  }
});
