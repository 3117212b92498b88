import { describe, expect } from 'vitest';
import flat from '../../../src/actions/dns-hold/flat.sh';
import free from '../../../src/actions/dns-hold/free.sh';
import lead from '../../../src/actions/dns-hold/lead.sh';
import load from '../../../src/actions/dns-hold/load.sh';
import server from '../../../src/actions/dns-hold/server.sh';
import watching from '../../../src/actions/dns-hold/watching.sh';
import { compose } from '../../../src/node/compose.ts';
import { library } from '../../../src/node/lib/index.ts';
import { SHELLS } from '../../node/sandbox.ts';
import { test } from '../../node/sandbox-test.ts';

const fragments = { ...library, flat, free, lead, load, server, watching };
/** What the unit runs, as systemd starts it once more. */
const script = `FX_ROOT=$FIREAXE_ROOT FX_RUN=r1 FX_STEP=s1
set -f
${compose(['watching'], fragments)}
dh_watching() { [ -n "\${SEEN-}" ] || { SEEN=1 && return 1; }; }
fx_systemd() { :; }
sd() {
  [ "$1" = systemd-run ] || return 0
  shift
  while case $1 in --*) ;; *) false ;; esac do shift; done
  "$@"
  echo "= $?"
}
dh_watch
`;

describe.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('the unit of a watch runs its script, and exits 0 where a hold is over', async ({ box }) => {
    expect((await box.run(script, shell)).stdout).toBe('= 0\n');
    box.file('/run/fireaxe/dns-hold/watch.sh', 'echo looks\nexit 1\n');
    expect((await box.run(script, shell)).stdout).toBe('looks\n= 1\n');
  });
});
