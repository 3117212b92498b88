import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CommandLine } from './command-line.ts';
import { InProcess } from './in-process.ts';
import { withKit } from './with-kit.ts';

let fireaxe: InProcess;
let kit: string;
withKit(InProcess, (both) => ({ fireaxe, kit } = both));

const EXEC = ['exec', '--via', 'local', '--nodes', 'n1', '--reason', 'x', '--yes', '--', 'echo ran'];
/** A private mount: root can write wherever only permissions forbid it. */
const MOUNTS = ['--user', '--map-root-user', '--mount', '--fork'];
const noMounts = spawnSync('unshare', [...MOUNTS, 'true']).status !== 0;
const asRoot = process.getuid?.() === 0;
const another =
  /expected: a writable directory with free space\n +next: .*then try again: export FIREAXE_STATE_DIR=\$\(mktemp -d\)\n/;

describe('a state directory that cannot be written is reported with its reason, and nothing runs', () => {
  const place = (name: string) => join(fireaxe.directory, name);
  it.each<[string, () => string, RegExp]>([
    ['under a file', () => '/dev/null/x', /: not a directory/],
    ['a file in its place', () => (writeFileSync(place('file'), ''), place('file')), /: not a directory/],
    ['a file in the place of its parent', () => join(place('file'), 'a/b'), /: not a directory/],
    [
      'a link that leads nowhere',
      () => '/proc/self/fd/99999/x',
      /: (a directory cannot be made there|not a directory)/,
    ],
  ])('%s', async (_what, where, why) => {
    const { code, stdout, stderr } = await fireaxe.run(EXEC, { kit, env: { FIREAXE_STATE_DIR: where() } });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      new RegExp(`^fireaxe: cannot write the state directory ${where()}${why.source}`, 'm'),
    );
    expect(stderr).toMatch(another);
  });

  it.skipIf(!existsSync('/proc/self'))(
    'under /proc, where creating a directory fails as if the path did not exist',
    async () => {
      const { code, stderr } = await fireaxe.run(EXEC, {
        kit,
        env: { FIREAXE_STATE_DIR: '/proc/fireaxe/a' },
      });
      expect(code).toBe(1);
      expect(stderr).toContain(
        'cannot write the state directory /proc/fireaxe/a: a directory cannot be made there',
      );
    },
  );

  it.skipIf(noMounts)('a file system that is read-only, or full', () => {
    const command = new CommandLine();
    const state = join(command.directory, 'mount');
    mkdirSync(state);
    const mounted = (options: string, args: string[]) =>
      spawnSync(
        'unshare',
        [
          ...MOUNTS,
          'sh',
          '-c',
          `mount -t tmpfs -o ${options} none "$0" && exec "$@"`,
          state,
          process.execPath,
          command.bin,
          ...args,
        ],
        {
          env: { ...command.env, FIREAXE_KIT: kit, FIREAXE_STATE_DIR: join(state, 'a/b') },
          encoding: 'utf8',
        },
      );
    const readOnly = mounted('ro', EXEC);
    expect(readOnly.stderr).toContain(`cannot write the state directory ${state}/a/b: read-only file system`);
    expect(readOnly.stderr).toMatch(another);
    expect({ code: readOnly.status, stdout: readOnly.stdout }).toEqual({ code: 1, stdout: '' });
    const full = mounted('size=4k,nr_inodes=3', EXEC);
    expect(full.stderr).toMatch(
      /cannot write the state directory .*: no space left on device[\s\S]*next: free the disk, or use another/,
    );
    expect({ code: full.status, stdout: full.stdout }).toEqual({ code: 1, stdout: '' });
    command.close();
  });

  it.skipIf(noMounts)(
    'an existing run on a file system that became read-only: names a command that works elsewhere',
    async () => {
      const command = new CommandLine();
      const { FIREAXE_STATE_DIR: state } = command.env;
      const ran = command.run(
        EXEC.map((word) => (word === 'echo ran' ? 'exit 9' : word)),
        { kit },
      );
      expect(ran.code).toBe(3);
      const script = `mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"`;
      const { status, stderr } = spawnSync(
        'unshare',
        [...MOUNTS, 'sh', '-c', script, state, process.execPath, command.bin, 'resume', 'last'],
        { env: { ...command.env, FIREAXE_KIT: kit }, encoding: 'utf8' },
      );
      expect(status).toBe(1);
      expect(stderr).toMatch(/^fireaxe: cannot write the run in .*-exec-\w+: read-only file system$/m);
      const next = /next: continue with a copy, then try again: (export .*)$/m.exec(stderr)?.[1];
      expect(next).toContain(`cp -a ${state}/.`);
      // The command as pasted.
      const pasted = spawnSync('sh', ['-c', `${next} && "$@"`, 'sh', process.execPath, command.bin, 'runs'], {
        env: { ...command.env, TMPDIR: command.directory },
        encoding: 'utf8',
      });
      expect(pasted.stdout).toContain('-exec-');
      command.close();
    },
  );
});

describe('a state directory that cannot be read is not an empty one', () => {
  it.each(['runs', 'timeline'])('%s', async (verb) => {
    const file = join(fireaxe.directory, 'no-directory');
    writeFileSync(file, '');
    const args = verb === 'runs' ? ['runs'] : [verb, 'last'];
    const { code, stderr } = await fireaxe.run(args, { kit, env: { FIREAXE_STATE_DIR: file } });
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`cannot read ${file}: not a directory[\\s\\S]*next: ls -ld ${file}`));
  });

  it.skipIf(asRoot && noMounts)('reports a run of another user; last does not skip it', () => {
    const command = new CommandLine();
    for (let i = 0; i < 2; i++) expect(command.run(EXEC, { kit }).code).toBe(0);
    const runs = JSON.parse(command.run(['runs', '--output', 'json']).stdout).runs as { runId: string }[];
    const hidden = join(command.env.FIREAXE_STATE_DIR, runs[0]!.runId);
    chmodSync(hidden, 0o000);
    // Root could read it, so it drops its capabilities.
    const run = (...args: string[]) =>
      asRoot
        ? spawnSync(
            'setpriv',
            ['--bounding-set=-all', '--inh-caps=-all', process.execPath, command.bin, ...args],
            {
              env: command.env,
              encoding: 'utf8',
            },
          )
        : spawnSync(process.execPath, [command.bin, ...args], { env: command.env, encoding: 'utf8' });
    const listed = run('runs');
    expect(listed.stderr).toMatch(/not read: cannot read .*: permission denied/);
    expect(listed.stdout).toContain(runs[1]!.runId);
    const last = run('timeline', 'last');
    expect(last.status).toBe(1);
    expect(last.stderr).toMatch(/cannot read .*: permission denied/);
    expect(run('timeline', runs[1]!.runId).status).toBe(0);
    chmodSync(hidden, 0o700);
    rmSync(hidden, { recursive: true });
    command.close();
  });
});
