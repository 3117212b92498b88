import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { POLICIES } from '../../src/aws/policy/policies.ts';
import { statementFor } from '../../src/aws/policy/statement.ts';
import type { Permission } from '../../src/aws/policy/types.ts';
import { type CloudEndpoint, createCloudEndpoint } from '../../src/drill/cloud/endpoint.ts';
import { InProcess } from '../cli/in-process.ts';
import { LEVERS, WAYS } from './levers/cases.ts';
import { applyArgs, leverKit, undoArgs } from './levers/kit.ts';
import { ownShell, READERS } from './levers/readers.ts';
import type { Lever } from './levers/types.ts';

let cli: InProcess;
const open: CloudEndpoint[] = [];
beforeAll(() => {
  cli = new InProcess();
});
afterAll(async () => {
  for (const cloud of open) await cloud.close();
  cli.close();
});

/** A lever's world and cloud, and the command line before them. */
async function prepared(lever: Lever) {
  const directory = mkdtempSync(join(cli.directory, 'lever-'));
  const world = ownShell(lever.world());
  world.moveMs = 1;
  const fast = { perSecond: 10_000, burst: 10_000, listedAfterMs: 1, deliveryMs: 1 };
  const cloud = await createCloudEndpoint(world, fast);
  open.push(cloud);
  const kit = leverKit(directory, cloud.url, lever, world);
  const env = { FIREAXE_STATE_DIR: join(directory, 'state') };
  return { cloud, run: (args: string[]) => cli.run(args, { kit, env }) };
}

const actionsOf = (of: Permission[]) => of.map((one) => one.action);
const permissionsOf = (name: string) => POLICIES[name]?.permissions ?? [];
const dryRun = (lever: Lever) => [...applyArgs(lever), '--dry-run'];

const waysOf = (lever: Lever) => lever.reads ?? [dryRun(lever), applyArgs(lever), undoArgs(lever)];
const USES = [...LEVERS, ...WAYS, ...READERS];
const NAMES = [...new Set(USES.map(({ name }) => name))];

describe.concurrent.each(NAMES)('the policy of %s', (name) => {
  const uses = USES.filter((lever) => lever.name === name);
  const needed = permissionsOf(name).filter((one) => !one.without && !one.seldom);
  const optional = permissionsOf(name).filter((one) => one.without && !one.seldom);

  it('allows each call that is made, and no other', { timeout: 240_000 }, async () => {
    const made: string[] = [];
    for (const lever of uses) {
      const { cloud, run } = await prepared(lever);
      for (const args of waysOf(lever)) {
        const { code, stderr } = await run(args);
        expect(code, stderr).toBe(0);
      }
      made.push(...cloud.permissions);
    }
    const allowed = actionsOf([name, 'ssm', 'sweep'].flatMap(permissionsOf));
    expect(made.filter((call) => !allowed.includes(call))).toEqual([]);
    expect(actionsOf([...needed, ...optional]).filter((call) => !made.includes(call))).toEqual([]);
  });

  const actions = [...new Set(needed.map((one) => one.action))];
  it.each(actions)('says how to allow %s where it is refused', { timeout: 240_000 }, async (action) => {
    let said = '';
    for (const lever of uses) {
      const { cloud, run } = await prepared(lever);
      cloud.faults.refuse[action] = action.startsWith('ec2:')
        ? 'UnauthorizedOperation'
        : 'AccessDeniedException';
      for (const args of waysOf(lever)) {
        const { stdout, stderr } = await run(args);
        said = stdout + stderr;
        if (cloud.permissions.has(action)) break;
      }
      if (cloud.permissions.has(action)) break;
    }
    expect(said.replaceAll(/\n\s*/g, ' ').includes(statementFor([action])), said.slice(-2000)).toBe(true);
  });

  if (optional.length === 0) return;
  it('works with what is optional refused', { timeout: 240_000 }, async () => {
    for (const lever of uses) {
      const { cloud, run } = await prepared(lever);
      for (const action of actionsOf(optional)) cloud.faults.refuse[action] = 'UnauthorizedOperation';
      for (const args of waysOf(lever)) expect((await run(args)).code).toBe(0);
    }
  });
});
