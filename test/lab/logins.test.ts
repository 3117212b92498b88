import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandLine } from '../cli/command-line.ts';
import { writeKit } from './kit.ts';
import { Lab } from './lab.ts';

let lab: Lab;
let fireaxe: CommandLine;
const sh = async (command: string) => (await lab.at('w1').sh(command)).stdout.trim();

/** Each login is a user of its own whose key, shell or start-up file does something to what we send. */
const LOGINS: Record<string, { shell?: string; key?: string; bashrc?: string }> = {
  bound: { key: 'command="echo maintenance window"' },
  silent: { key: 'command="true"' },
  files: { key: 'command="internal-sftp"' },
  wrapped: { key: 'command="logger -t wrapped login; exec sh -c \\"$SSH_ORIGINAL_COMMAND\\""' },
  shut: { shell: '/usr/sbin/nologin' },
  narrow: { shell: '/bin/rbash' },
  slow: { bashrc: 'sleep 2; echo ready for you' },
  wild: { bashrc: 'set -eu; set -o noclobber; alias exec=false; shopt -s nullglob; IFS=e' },
  plain: { shell: '/bin/dash' },
};

beforeAll(async () => {
  fireaxe = new CommandLine();
  lab = await Lab.up([{ name: 'w1' }]);
  for (const [user, { shell = '/bin/bash', key, bashrc = '' }] of Object.entries(LOGINS)) {
    const home = `/home/${user}`;
    await sh(`useradd -m -s ${shell} ${user}; echo '${user} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/${user}
      cp -r /root/.ssh ${home}; echo '${bashrc}' >${home}/.bashrc; chown -R ${user}: ${home}`);
    if (!key) continue;
    const ran = await lab
      .at('w1')
      .sh(
        `cat >/tmp/key; printf '%s %s\\n' "$(cat /tmp/key)" "$(cat /root/.ssh/authorized_keys)" >${home}/.ssh/authorized_keys`,
        { stdin: key },
      );
    expect(ran.code).toBe(0);
  }
});
afterAll(() => {
  fireaxe?.close();
  lab?.down();
});

/** As that user: a file is touched by root, and the node's answer read. */
async function mark(user: string, via: string) {
  const words = ['exec', '--nodes', 'w1', '--reason', 'test', '--yes', '--output', 'json', '--via', via];
  const ran = fireaxe.run([...words, '--', `touch /var/tmp/${user}; id -u`], {
    kit: writeKit(lab, { user }).path,
  });
  const touched = await sh(`cd /var/tmp && ls ${user} && rm -f ${user}`);
  return { code: ran.code, outcome: JSON.parse(ran.stdout).outcomes[0], touched: touched === user };
}

describe.each(['ssh', 'openssh'])('by %s', (via) => {
  test.each([
    ['bound', /maintenance window/],
    ['silent', /before it ran the script/],
    ['files', /before it ran the script/],
    ['shut', /not available/],
    ['narrow', /restricted/],
  ])('%s: nothing ran, and the reason says what the login did', async (user, why) => {
    const { code, outcome, touched } = await mark(user, via);
    expect({ code, touched, outcome }).toMatchObject({
      code: 3,
      touched: false,
      outcome: { state: 'unreachable', reason: { message: expect.stringMatching(why) } },
    });
  });

  test.each(['wrapped', 'slow', 'wild', 'plain'])(
    '%s: the script runs as if it were any login',
    async (user) => {
      expect(await mark(user, via)).toMatchObject({
        code: 0,
        touched: true,
        outcome: { state: 'ok', stdout: '0\n' },
      });
    },
  );
});
