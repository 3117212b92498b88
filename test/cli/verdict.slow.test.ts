import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fleetOf, makeKit } from '../kit/make-kit.ts';
import { noSshd, startSshd } from '../transport/sshd.ts';
import { CommandLine } from './command-line.ts';
import { withKit } from './with-kit.ts';

let fireaxe: CommandLine;
let kit: string;
withKit(CommandLine, (both) => ({ fireaxe, kit } = both));

/** Runs a printed line in a shell in another directory. */
function paste(command: string, env: Record<string, string> = {}) {
  const bin = `fireaxe() { '${process.execPath}' '${fireaxe.bin}' "$@"; }`;
  return spawnSync('sh', ['-c', `${bin}\n${command}`], {
    cwd: '/',
    env: { ...fireaxe.env, ...env },
    encoding: 'utf8',
  });
}

const nextOf = (text: string) => /^ *next: (.*)$/m.exec(text)?.[1] ?? '';

describe('failures that are allowed', () => {
  it('have one verdict for step, run, runs and timeline; the next command does the rest', () => {
    const mark = join(fireaxe.directory, "it's here");
    const quoted = `'${mark.replaceAll("'", "'\\''")}'`;
    // The first node creates it, the second finds it.
    const command = `if [ -e ${quoted} ]; then exit 9; fi; touch ${quoted}`;
    const many = ['--via', 'local', '-l', 'role=worker', '--limit', '2', '--parallel', '1'];
    const words = ['exec', '--kit', kit, ...many, '--max-failures', '90%', '--reason', "it's x", '--yes'];
    const { code, stderr } = fireaxe.run([...words, '--', command]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/ exec: partial: 1 ok, 1 failed \(1 of 2 targets not ok\)\n/);
    expect(stderr).toMatch(/\nrun \S+: partial; 2 planned: 1 ok, 1 failed\n/);
    expect(stderr).not.toMatch(/exec: (done|failed)|run \S+: (done|failed)/);
    expect(fireaxe.run(['runs']).stdout).toMatch(/exec-\w+ +c1 +partial /);
    const { stdout } = fireaxe.run(['timeline', 'last']);
    expect(stdout).toMatch(/exec: partial: 1 ok, 1 failed[\s\S]*ended partial: [\s\S]*\npartial after /);
    // A timeline does not send its reader to itself.
    expect(stdout).not.toMatch(/next: fireaxe timeline/);

    const next = nextOf(stderr);
    expect(next).toMatch(/^fireaxe exec .*--nodes n\d -- /);
    expect(next).not.toMatch(/role=worker|--limit/);
    rmSync(mark);
    const again = paste(next);
    expect(again.status, again.stderr).toBe(0);
    expect(again.stderr).toMatch(/run \S+: done; 1 planned: 1 ok/);
  });
});

describe.skipIf(noSshd)('the next command for an unknown host key', () => {
  it('writes into the kit from any directory', async () => {
    const sshd = await startSshd();
    const own = makeKit({
      'kit.yaml': `schemaVersion: 1\nclusters:\n  c1:\n    ssh: { user: ${sshd.user}, identity: keys/id, sudo: false }\n`,
      'fleet/c1.json': JSON.stringify(
        fleetOf([
          {
            ...{ name: 'n1', cluster: 'c1', roles: ['worker'], labels: {} },
            ...{ address: '127.0.0.1', port: sshd.port },
          },
        ]),
      ),
      'keys/id': readFileSync(sshd.identity, 'utf8'),
    });
    const spaced = `${own} with spaces`;
    renameSync(own, spaced);
    rmSync(join(spaced, 'known_hosts'));
    const root = join(sshd.dir, 'node');
    mkdirSync(join(root, 'run'), { recursive: true });
    try {
      const words = ['exec', '--kit', spaced, '--nodes', 'n1', '--reason', 'x', '--yes', '--', 'echo there'];
      const { stdout } = fireaxe.run(words);
      expect(stdout).toContain('known_hosts has no key of');
      const command = /then: (ssh-keyscan .*)$/.exec(nextOf(stdout))?.[1] ?? '';
      execFileSync('sh', ['-c', command], { cwd: '/', stdio: 'ignore' });
      expect(fireaxe.run(words).stdout).not.toContain('known_hosts has no key of');
    } finally {
      rmSync(spaced, { recursive: true });
      await sshd.stop();
    }
  });
});
