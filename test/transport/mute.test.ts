import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createOpensshTransport } from '../../src/transport/openssh/transport.ts';
import { createSshTransport } from '../../src/transport/ssh/transport.ts';
import { noSshd, type RealSshd, startSshd } from './sshd.ts';
import { raw, runOne, target } from './subjects.ts';

describe.skipIf(noSshd)('a login whose standard output is closed, or goes to a file', () => {
  let sshd: RealSshd;
  let knownHosts: string[];

  beforeAll(async () => {
    // In place of a start-up file, which not every login shell reads.
    sshd = await startSshd([`ForceCommand . "$HOME/start"; eval "$SSH_ORIGINAL_COMMAND"`]);
    knownHosts = [join(sshd.dir, 'known')];
    writeFileSync(knownHosts[0]!, `[127.0.0.*]:* ${sshd.hostKey}\n`);
  });
  afterAll(() => sshd?.stop());

  it.each([
    ['ssh', 'exec 1>&-'],
    ['ssh', 'exec 1>/dev/null'],
    ['ssh', 'exec 1>"$HOME/log"'],
    ['openssh', 'exec 1>&-'],
    ['openssh', 'exec 1>"$HOME/log"'],
  ])('is told as that by %s, and nothing was run: %s', async (via, line) => {
    writeFileSync(join(sshd.dir, 'start'), `${line}\n`);
    const ran = join(sshd.dir, 'ran');
    rmSync(ran, { force: true });
    const kit = { knownHosts };
    const transport = via === 'ssh' ? await createSshTransport({ kit }) : createOpensshTransport({ kit });
    try {
      const node = target({ port: sshd.port, ssh: { user: sshd.user, identity: sshd.identity } });
      const { state, reason } = await runOne(transport, node, raw(`echo x >'${ran}'`));
      expect(state).toBe('unreachable');
      expect(reason).toEqual({
        code: 'stdout-closed',
        message: expect.stringContaining('nothing was run'),
        next: expect.stringContaining('.bashrc'),
      });
      expect(existsSync(ran)).toBe(false);
      writeFileSync(join(sshd.dir, 'start'), '');
      expect(await runOne(transport, node, raw('echo fine'))).toMatchObject({
        state: 'ok',
        stdout: 'fine\n',
      });
    } finally {
      await transport.close();
    }
  });
});
