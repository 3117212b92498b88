import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import flat from '../../../src/actions/dns-hold/flat.sh';
import load from '../../../src/actions/dns-hold/load.sh';
import { compose } from '../../../src/node/compose.ts';
import { library } from '../../../src/node/lib/index.ts';
import { type Sandbox, SHELLS } from '../../node/sandbox.ts';
import { test } from '../../node/sandbox-test.ts';

const FD = '/proc/4711/fd';
/** A reload of the process ends at this half second; `kill` tells when it was told to begin the next one. */
const script = (ends: number, more = '') => `FX_ROOT=$FIREAXE_ROOT
set -f
${compose(['load'], { ...library, flat, load })}
T=0
sleep() { T=$((T + 1)) && [ "$T" -lt ${ends} ] || rm -f "$FX_ROOT${FD}/9"; }
kill() { echo "told at $T"; }
dh_straight() { :; }
dh_show() { :; }
corefile_with() { :; }
dh_await() { [ "$1" = free ] || [ "$T" -ge "$HELD_AT" ]; }
DS_KIND=pod DS_FLAT='' DS_DIR=$FX_ROOT DS_NAME=Corefile DS_DOMAIN=cluster.local DH_HOME=$FX_ROOT HELD_AT=0 ${more}
: >"$FX_ROOT/Corefile"
`;

/** The sockets of a CoreDNS; a new server has those of the old one as long as that is not gone. */
function sockets(box: Sandbox, names: Record<string, string>): void {
  mkdirSync(join(box.root, FD), { recursive: true });
  for (const [name, to] of Object.entries(names)) symlinkSync(to, join(box.root, FD, name));
}
const RELOADS = { 0: '/dev/null', 1: '/dev/null', 7: 'socket:[77]', 8: 'socket:[78]', 9: 'socket:[77]' };
/** What a service says goes to the journal by one socket. */
const JOURNAL = { 0: '/dev/null', 1: 'socket:[5]', 2: 'socket:[5]', 7: 'socket:[77]' };
const CALM = { 0: '/dev/null', 1: '/dev/null', 7: 'socket:[77]', 8: 'socket:[78]' };

describe.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test.each(['hold', 'free'])(
    'dh_%s tells a CoreDNS to read its Corefile once its last reload has ended',
    async (what) => {
      const { Sandbox } = await import('../../node/sandbox.ts');
      const told = async (fds: Record<string, string>, more = '') => {
        const box = new Sandbox();
        try {
          sockets(box, fds);
          return (await box.run(`${script(3, more)}dh_${what} 4711; echo "= $?"`, shell)).stdout;
        } finally {
          box.remove();
        }
      };
      expect(await told(CALM)).toBe('told at 0\n= 0\n');
      expect(await told(JOURNAL)).toBe('told at 0\n= 0\n');
      expect(await told(RELOADS)).toBe('told at 3\n= 0\n');
      // At most half of the deadline of the node.
      expect(await told(RELOADS, 'FX_DEADLINE=2')).toBe('told at 2\n= 0\n');
    },
  );

  test('a second signal waits, too, and both together half of the deadline', async ({ box }) => {
    sockets(box, RELOADS);
    const { stdout } = await box.run(
      `${script(50, 'HELD_AT=99 FX_DEADLINE=2')}dh_hold 4711; echo "= $?"`,
      shell,
    );
    expect(stdout).toBe('told at 2\ntold at 3\n= 1\n');
  });
});
