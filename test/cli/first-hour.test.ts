import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordDrill } from '../../src/doctor/drills.ts';
import type { Finding } from '../../src/doctor/types.ts';
import { noSshd, type RealSshd, startSshd } from '../transport/sshd.ts';
import { InProcess } from './in-process.ts';

describe.skipIf(noSshd)('from an empty directory to doctor green on three real sshd', () => {
  let cli: InProcess;
  let hosts: RealSshd[] = [];
  beforeAll(async () => {
    cli = new InProcess();
    const first = await startSshd();
    // The three let the same key in, and have host keys of their own.
    const lets = [`AuthorizedKeysFile ${join(first.dir, 'authorized')}`];
    hosts = [first, await startSshd(lets), await startSshd(lets)];
    // What an engineer has already: an inventory, and the hosts that they have logged in to.
    const machineId = existsSync('/etc/machine-id') ? readFileSync('/etc/machine-id', 'utf8').trim() : '';
    const rows = hosts.map(
      ({ port }, i) =>
        `n${i + 1},127.0.0.${i + 1},${i === 0 ? 'control-plane' : 'worker'},${port},${machineId}`,
    );
    writeFileSync(join(cli.directory, 'nodes.csv'), `name,address,role,port,machineId\n${rows.join('\n')}\n`);
    const known = hosts.map(({ port, hostKey }, i) => `[127.0.0.${i + 1}]:${port} ${hostKey}\n`);
    writeFileSync(join(cli.directory, 'known_hosts'), known.join(''));
  });
  afterAll(async () => {
    cli?.close();
    for (const one of hosts) await one.stop();
  });

  it('in five commands, no file edited by hand', async () => {
    const { directory: at } = cli;
    const kit = join(at, 'kit');
    const typed = async (...words: string[]) => {
      const ended = await cli.run(words, { kit });
      expect(ended.code, `${words.join(' ')}\n${ended.stdout}${ended.stderr}`).toBe(0);
      return ended;
    };
    await typed(
      'kit',
      'init',
      kit,
      '-c',
      'prod-1',
      '--user',
      hosts[0]!.user,
      '--identity',
      hosts[0]!.identity,
    );
    await typed('kit', 'import', '--csv', join(at, 'nodes.csv'), '--yes');
    await typed('kit', 'hosts', '--known-hosts', join(at, 'known_hosts'), '--yes');
    // `fireaxe drill` is the fourth: what it leaves after a minute.
    await recordDrill(join(at, 'state'), {
      at: new Date().toISOString(),
      scenario: 'control-plane-lockout',
      recovered: true,
    });
    const { stdout } = await typed('doctor', '--output', 'json');
    const { state, findings } = JSON.parse(stdout) as { state: string; findings: Finding[] };
    expect(findings.filter((one) => one.state === 'red')).toEqual([]);
    expect(state).not.toBe('red');
    const green = findings.filter((one) => one.state === 'green').map(({ check }) => check);
    expect(green).toEqual(expect.arrayContaining(['kit', 'cluster', 'host-keys', 'keys', 'access', 'drill']));
  });
});
