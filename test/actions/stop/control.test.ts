import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stop } from '../../../src/actions/stop/action.ts';
import { nodeScript } from '../../../src/node/script.ts';
import type { Op } from '../../../src/node/types.ts';
import { context, Sandbox, SHELLS, target } from '../../node/sandbox.ts';

let box: Sandbox;
beforeEach(() => {
  box = new Sandbox();
});
afterEach(() => box.remove());

/** A unit of /etc: a mask in /run does not show, the link that wins does once systemd was reloaded. */
const systemctl = `
case $1 in
  show)
    state=loaded
    [ ! -L "$SANDBOX/run/systemd/system.control/agent.service" ] || [ ! -e "$SANDBOX/reloaded" ] || state=masked
    active=active
    [ ! -e "$SANDBOX/stopped" ] || active=inactive
    printf 'Id=agent.service\\nNames=agent.service\\nLoadState=%s\\nActiveState=%s\\nUnitFileState=enabled\\n' $state $active ;;
  stop) : >"$SANDBOX/stopped" ;;
  start) rm -f "$SANDBOX/stopped" ;;
  daemon-reload) : >"$SANDBOX/reloaded" ;;
esac`;
/** The script dies with the link just made. */
const dying = 'ln() { command ln "$@"; case $* in */system.control/*) kill -9 $$ ;; esac; }\n';

const order = (op: Op) =>
  nodeScript({
    action: stop as never,
    params: { unit: 'agent.service', how: 'freeze', for: 60, api: [] },
    op,
    runId: 'r1',
    stepId: 's1',
    notAfter: new Date(Date.now() + 600_000),
    deadlineMs: 20_000,
    context: context(),
  }).textFor(target(), 'ssh');
const link = () => existsSync(join(box.root, 'run/systemd/system.control'));

describe.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test.each(['apply', 'undo'] as const)('killed with a link just made: then %s', async (next) => {
    box.tool('systemctl', systemctl);
    expect((await box.run(dying + order('apply'), shell)).result).toBeUndefined();
    expect(link()).toBe(true);
    if (next === 'apply') expect((await box.run(order('apply'), shell)).result?.state).toBe('changed');
    expect((await box.run(order('undo'), shell)).result?.state).toBe('changed');
    expect(link()).toBe(false);
  });
});
