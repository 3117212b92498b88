import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Status } from '../../src/status/types.ts';
import type { Offender, Who } from '../../src/who/types.ts';
import { eventually, labUp } from './fireaxe.ts';

/** Nobody names the offender here: it is read from the nodes. */
let lab: Awaited<ReturnType<typeof labUp>>;
beforeAll(async () => {
  lab = await labUp('--workers', '48', '--seed', '3');
});
afterAll(() => lab?.end());

type Advised = Offender & { standsOut: boolean; advice?: { command: string } };
const whoOf = (json: unknown) => (json as { who: Omit<Who, 'offenders'> & { offenders: Advised[] } }).who;

/** A moment in which every server has just died shows no connection: an engineer asks again. */
async function who(...more: string[]) {
  for (let again = 0; ; again++) {
    const began = Date.now();
    const ended = await lab.run(['who', '--output', 'json', ...more]);
    const seconds = (Date.now() - began) / 1000;
    const answer = { ended, seconds, who: whoOf(ended.json) };
    if (again === 3 || answer.who.offenders.some(({ standsOut }) => standsOut)) return answer;
  }
}

test('who names the offender with no hint, in under 10 s; the command that it prints holds it', async () => {
  const before = filesOf(lab.dir);
  const { ended, seconds, who: answer } = await who();
  expect(ended.code, ended.stderr).toBe(0);
  expect(seconds).toBeLessThan(10);
  expect(filesOf(lab.dir)).toEqual(before);
  const [first, ...others] = answer.offenders;
  expect(first).toMatchObject({ name: 'telemetry-agent', standsOut: true });
  expect(first!.where).toEqual([{ kind: 'pod', id: 'monitoring/telemetry-agent' }]);
  expect(others.filter(({ standsOut }) => standsOut)).toEqual([]);
  expect(answer.nodes.length).toBe(23);
  expect(answer.notAsked).toBe(28);

  const held = await pasted(`${first!.advice!.command} --yes --no-input`);
  expect(held.stdout).toContain('held');
  // Some of the lab's nodes cannot be reached.
  await eventually('held', async () => (await lab.status()).sample.flooding <= 6);
});

test('status tells what is broken, whose hold stands and who does it, in under 10 s, and changes nothing', async () => {
  const before = filesOf(lab.dir);
  const began = Date.now();
  const { code, stdout, json } = await statusOf();
  expect((Date.now() - began) / 1000).toBeLessThan(10);
  expect(filesOf(lab.dir)).toEqual(before);
  expect([0, 3], stdout).toContain(code);
  const { standing, verdict, servers } = json;
  expect(standing).toMatchObject([
    { action: 'stop', reason: 'who: telemetry-agent floods the API', seen: 'stands' },
  ]);
  expect(standing[0]!.nodes.length).toBeGreaterThan(15);
  expect(standing[0]!.operator).toMatch(/@/);
  expect(standing[0]!.until).toMatch(/Z$/);
  expect(servers.of).toBe(3);
  expect(verdict.text).toContain('in force: stop');
});

test('with nothing but healthy clients, nothing stands out', async () => {
  const kill = [
    'stop',
    '--process',
    'telemetry-agent',
    '-l',
    'role=worker',
    '--how',
    'kill',
    '--yes',
    '--no-input',
  ];
  await lab.run([...kill, '--reason', 'practice']);
  await eventually('the servers answer', async () => (await lab.status()).sample.servers.ready === 3, 60_000);
  let stdout = '';
  // Clients that a dead server dropped come back after their back-off.
  await eventually('the clients are connected again', async () => {
    const ended = await lab.run(['who', '--sample', '8']);
    ({ stdout } = ended);
    expect(ended.code).toBe(0);
    expect(stdout).not.toMatch(/(?<!nothing) stands out/);
    return stdout.includes('kubelet');
  });
  expect(stdout).toMatch(/nothing stands out on \d+ nodes read\n$/);
});

async function statusOf() {
  const { code, stdout, json } = await lab.run(['status', '--output', 'json']);
  return { code, stdout, json: (json as unknown as { status: Status }).status };
}

/** As a shell would run it. */
async function pasted(command: string): Promise<{ stdout: string }> {
  const bin = resolve(import.meta.dirname, '../../bin/fireaxe.js');
  const env = { PATH: process.env.PATH ?? '', HOME: '/nonexistent', FIREAXE_KIT: lab.kit };
  const line = command.replace(/^fireaxe /, `"${process.execPath}" "${bin}" `);
  // It exits 3 where some nodes cannot be reached.
  return promisify(execFile)('/bin/sh', ['-c', `${line} || [ $? -eq 3 ]`], { env });
}

/** What stands under /etc and /run of all machines, and their units' and rules' state there. */
function filesOf(dir: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const machine of readdirSync(join(dir, 'machines'))) {
    for (const part of ['etc', 'run']) {
      const root = join(dir, 'machines', machine, 'root', part);
      if (!existsSync(root)) continue;
      for (const path of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
        const whole = join(root, path);
        // The watch of a hold writes these all the time.
        if (/fireaxe\/hold-\w+\/(pass|frozen)$/.test(path)) continue;
        if (lstatSync(whole).isFile())
          found[`${machine}/${part}/${path}`] = createHash('sha256')
            .update(readFileSync(whole))
            .digest('hex');
      }
    }
  }
  return found;
}
