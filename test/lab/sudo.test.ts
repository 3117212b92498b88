import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandLine } from '../cli/command-line.ts';
import { writeKit } from './kit.ts';
import { Lab } from './lab.ts';

const CANARY = 'k4n4ry-p4ss';
let lab: Lab;
let fireaxe: CommandLine;
const kits: Record<string, ReturnType<typeof writeKit>> = {};
const sh = async (command: string) => (await lab.at('w1').sh(command)).stdout.trim();

beforeAll(async () => {
  fireaxe = new CommandLine();
  lab = await Lab.up([{ name: 'w1' }]);
  for (const [user, rule] of [
    ['free', 'free ALL=(ALL) NOPASSWD: ALL'],
    ['asked', 'asked ALL=(ALL) ALL'],
    ['nobodys', ''],
  ]) {
    const home = `/home/${user}`;
    await sh(`useradd -m -s /bin/bash ${user}; cp -r /root/.ssh ${home}; chown -R ${user}: ${home}
printf '%s\n' '${rule}' >/etc/sudoers.d/${user}; echo 'echo welcome; echo noise >&2' >${home}/.bashrc`);
    kits[user!] = writeKit(lab, { user });
  }
  await lab.at('w1').sh('chpasswd', { stdin: `asked:${CANARY}\nnobodys:${CANARY}\n` });
});
afterAll(() => {
  fireaxe?.close();
  lab?.down();
});

/** What the one node answered. */
const answer = ({ stdout }: { stdout: string }) => JSON.parse(stdout).outcomes[0];

const exec = (user: string, more: string[], options: { input?: string } = {}) => {
  const words = ['exec', '--nodes', 'w1', '--reason', 'test', '--yes', '--output', 'json', ...more];
  return fireaxe.run(words, { kit: kits[user]!.path, ...options });
};

/** Every argument list and environment on this machine, the lab's machines among them. */
function seenInProcesses(text: string): string[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => ['cmdline', 'environ'].map((file) => join('/proc', pid, file)))
    .filter((path) => {
      try {
        return readFileSync(path).includes(text);
      } catch {
        return false;
      }
    });
}

describe('a login that is not root', () => {
  test.each(['ssh', 'openssh'])('by %s: sudo without a password, whether or not one is given', (via) => {
    for (const input of ['', `${CANARY}\n`]) {
      const flag = input ? ['--sudo-password-stdin'] : [];
      const ran = exec('free', ['--via', via, ...flag, '--', 'id -u; cat'], { input });
      expect(ran.code, ran.stdout + ran.stderr).toBe(0);
      expect(answer(ran).stdout).toMatch(/^(welcome\n)?0\n$/);
      expect(ran.stdout + ran.stderr).not.toContain(CANARY);
    }
  });

  test.each(['ssh', 'openssh'])(
    'by %s: sudo that asks refuses before anything runs, and the flag is named',
    (via) => {
      const ran = exec('asked', ['--via', via, '--', 'touch /tmp/ran']);
      expect(ran.code).toBe(3);
      expect(answer(ran)).toMatchObject({
        state: 'unreachable',
        reason: { code: 'sudo', next: expect.stringContaining('--sudo-password-stdin') },
      });
    },
  );

  test.each(['ssh', 'openssh'])('by %s: a wrong password is tried once, and nothing runs', async (via) => {
    await sh('journalctl --rotate --vacuum-time=1s >/dev/null 2>&1');
    const ran = exec('asked', ['--via', via, '--sudo-password-stdin', '--', 'touch /tmp/ran'], {
      input: 'wrong\n',
    });
    expect(ran.code).toBe(3);
    const reason = { code: 'sudo', message: 'sudo: wrong password' };
    expect(answer(ran)).toMatchObject({ state: 'unreachable', reason });
    expect(await sh('ls /tmp/ran 2>&1')).toMatch(/No such/);
    expect(await sh('journalctl -t sudo | grep -c "authentication failure"')).toBe('1');
  });

  test('one that may not sudo at all', () => {
    const ran = exec('nobodys', ['--sudo-password-stdin', '--', 'id'], { input: `${CANARY}\n` });
    const reason = { code: 'sudo', message: expect.stringContaining('sudoers') };
    expect(answer(ran)).toMatchObject({ state: 'unreachable', reason });
  });

  test.each(['ssh', 'openssh'])(
    'by %s: the password is in no argument, environment, journal or output',
    async (via) => {
      const before = seenInProcesses(CANARY);
      const words = ['exec', '--nodes', 'w1', '--reason', 'test', '--yes', '--output', 'json', '--via', via];
      const child = fireaxe.start(
        [...words, '--sudo-password-stdin', '--', 'id -u; sleep 2.0042'],
        kits.asked!.path,
        `${CANARY}\n`,
      );
      const seen = new Set<string>();
      let looking = false;
      let ended = false;
      void child.ended.then(() => (ended = true));
      while (!ended) {
        for (const path of seenInProcesses(CANARY)) seen.add(path);
        // What is there to be seen is seen.
        looking ||= seenInProcesses('sleep\x002.0042').length > 0;
        await new Promise((done) => setTimeout(done, 10));
      }
      const ran = await child.ended;
      expect(ran.code, ran.stdout + ran.stderr).toBe(0);
      expect(answer(ran).stdout).toMatch(/^(welcome\n)?0\n$/);
      expect(looking).toBe(true);
      expect([...seen]).toEqual(before);
      expect(ran.stdout + ran.stderr).not.toContain(CANARY);
      expect(
        spawnSync('grep', ['-rlF', CANARY, fireaxe.directory, kits.asked!.path], { encoding: 'utf8' }).stdout,
      ).toBe('');
      const [head, tail] = [CANARY.slice(0, 4), CANARY.slice(4)];
      expect(
        await sh(`p=${head}; grep -rlF "$p"${tail} /run /tmp /var/log; journalctl | grep -cF "$p"${tail}`),
      ).toBe('0');
    },
  );

  test('stop and its undo through it; a script and a password cannot both come by stdin', async () => {
    await sh('systemd-run --unit=agent -p Restart=always sleep 1000000');
    const kit = { kit: kits.asked!.path, input: `${CANARY}\n` };
    const stop = [
      'stop',
      '--unit',
      'agent',
      '--nodes',
      'w1',
      '--reason',
      'test',
      '--yes',
      '--sudo-password-stdin',
    ];
    expect(fireaxe.run(stop, kit)).toMatchObject({ code: 0 });
    expect(await sh('systemctl is-active agent')).toBe('inactive');
    expect(fireaxe.run(['undo', 'last', '--yes', '--sudo-password-stdin'], kit)).toMatchObject({ code: 0 });
    expect(await sh('systemctl is-active agent')).toBe('active');
    const both = exec('asked', ['--script', '-', '--sudo-password-stdin'], { input: 'id\n' });
    expect(both.code).toBe(2);
    const none = exec('asked', ['--sudo-password-stdin', '--', 'id'], { input: '' });
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('no password on stdin') });
  });
});

describe('a login that PAM holds up, as where logind is dead', () => {
  test('is slow, not lost: longer than it may take to connect, and a script to run', async () => {
    await sh(
      "cp /etc/pam.d/sshd /tmp/pam; echo 'session optional pam_exec.so /bin/sleep 7' >>/etc/pam.d/sshd",
    );
    const kit = writeKit(lab, {}, {}, { timeouts: { connect: '5s', script: '5s' } });
    const words = ['exec', '--nodes', 'w1', '--reason', 'test', '--yes', '--output', 'json'];
    const ran = fireaxe.run([...words, '--', 'true'], { kit: kit.path });
    expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    const hurried = writeKit(lab, {}, {}, { timeouts: { login: '2s' } });
    const again = fireaxe.run([...words, '--timeout', '4s', '--', 'true'], { kit: hurried.path });
    expect(answer(again)).toMatchObject({
      state: 'unreachable',
      reason: { phase: 'session', message: expect.stringContaining('no session was opened within') },
    });
    await sh('cp /tmp/pam /etc/pam.d/sshd');
  });
});

describe('where name servers are silent, and sudo looks up the name of its own machine first', () => {
  const silent = async () => {
    await sh(`printf '127.0.0.1 localhost\n' >/etc/hosts; printf 'nameserver 192.0.2.1\noptions timeout:2\n' >/etc/resolv.conf
sed -i 's/^hosts:.*/hosts: files dns/' /etc/nsswitch.conf; hostname lost-w1
ip addr add 192.0.2.1/32 dev lo; nft 'add table inet quiet; add chain inet quiet in { type filter hook input priority 0; }; add rule inet quiet in udp dport 53 drop'`);
    // Of itself: what sudo waits there.
    const [began, ended] = (await sh('date +%s; su free -c "sudo -n true" 2>/dev/null; date +%s')).split(
      '\n',
    );
    return Number(ended) - Number(began);
  };

  test('the script has its whole time once sudo has let it in, and the reason names sudo where it does not', async () => {
    expect(await silent()).toBeGreaterThan(5);
    // A script's time is shorter than what sudo waits.
    const quick = writeKit(lab, { user: 'free' }, {}, { timeouts: { script: '3s', read: '3s' } });
    const hurried = writeKit(lab, { user: 'free' }, {}, { timeouts: { login: '2s', retry: '0s' } });
    const words = ['exec', '--nodes', 'w1', '--reason', 'test', '--yes', '--output', 'json'];
    for (const via of ['ssh', 'openssh']) {
      const ran = fireaxe.run([...words, '--via', via, '--', 'id -u'], { kit: quick.path });
      expect(ran.code, ran.stdout + ran.stderr).toBe(0);
    }
    const late = fireaxe.run([...words, '--', 'touch /tmp/late'], { kit: hurried.path });
    expect(late.code).toBe(3);
    expect(answer(late)).toMatchObject({
      state: 'unreachable',
      reason: { phase: 'sudo', message: expect.stringContaining('sudo did not answer within 2.0s') },
    });
    // A person's deadline raises what the kit says of the login.
    const raised = fireaxe.run([...words, '--timeout', '60s', '--', 'true'], { kit: hurried.path });
    expect(raised.code, raised.stdout + raised.stderr).toBe(0);
    expect(await sh('ls /tmp/late 2>&1')).toMatch(/No such/);
  });
});
