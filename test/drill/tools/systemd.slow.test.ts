import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SimulatedNode } from '../../../src/drill/node/node.ts';
import { parseTimeSpan } from '../../../src/drill/tools/systemd/time-span.ts';
import { parseUnitText, quoteWord, splitWords } from '../../../src/drill/tools/systemd/unit-text.ts';
import { sh, type TestLab, testLab } from '../node/lab.ts';

let lab: TestLab;
let node: SimulatedNode;
beforeEach(async () => {
  lab = await testLab();
  node = await lab.node();
  node.systemd.install({
    name: 'agent.service',
    description: 'An agent',
    restart: 'always',
    process: { comm: 'agent', args: ['/usr/bin/agent', '--all'] },
  });
  await node.systemd.start('agent.service');
});
afterEach(() => lab.close());

const out = async (script: string) => {
  const { stdout, stderr, code } = await sh(node, script);
  return { stdout: stdout.replaceAll(node.root, ''), stderr: stderr.replaceAll(node.root, ''), code };
};

test('a unit runs, is stopped, masked at run time, and comes back', async () => {
  expect(await out('systemctl is-active agent')).toEqual({ stdout: 'active\n', stderr: '', code: 0 });
  expect(node.processes().map((process) => process.entry.comm)).toEqual(['agent']);
  expect(
    await out(
      'systemctl mask --runtime agent.service; systemctl stop agent.service; systemctl is-active -q agent',
    ),
  ).toEqual({
    stdout: '',
    stderr: 'Created symlink /run/systemd/system/agent.service → /dev/null.\n',
    code: 3,
  });
  expect(node.processes()).toEqual([]);
  expect(
    (await out('systemctl show -p LoadState,ActiveState,UnitFileState --property=FragmentPath -- agent'))
      .stdout,
  ).toBe(
    'LoadState=masked\nActiveState=inactive\nFragmentPath=/run/systemd/system/agent.service\nUnitFileState=masked-runtime\n',
  );
  expect(await out('systemctl start agent')).toEqual({
    stdout: '',
    stderr: 'Failed to start agent.service: Unit agent.service is masked.\n',
    code: 1,
  });
  expect((await out('systemctl is-enabled agent')).stdout).toBe('masked-runtime\n');
  expect(
    (await out('systemctl unmask --runtime agent && systemctl start agent && systemctl is-enabled agent'))
      .stdout,
  ).toBe('enabled\n');
  expect(node.processes()).toHaveLength(1);
});

test('Restart=always brings a killed process back under a new id; a stop ends that', async () => {
  const first = node.processes()[0]!.pid;
  await out(`kill -9 ${first}`);
  await expect.poll(() => node.processes()[0]?.pid ?? first).not.toBe(first);
  expect((await out('systemctl show -p NRestarts --value agent')).stdout).toBe('1\n');
  await out(`kill -9 ${node.processes()[0]!.pid}; systemctl stop agent; sleep 0.3`);
  expect(node.processes()).toEqual([]);
});

test('a stopped process is woken to be ended, not killed', async () => {
  node.systemd.install({
    name: 'sleeper.service',
    text: '[Unit]\nDescription=Sleeps\n[Service]\nExecStart=/bin/sleep 60\n',
  });
  await out('systemctl start sleeper; kill -STOP $(systemctl show -p MainPID --value sleeper)');
  expect((await out('systemctl stop sleeper')).code).toBe(0);
  expect(node.systemd.unit('sleeper.service').exit).toEqual({ code: null, signal: 'SIGTERM' });
});

test.each([
  ['systemctl is-active nope', 3, 'inactive\n', ''],
  ['systemctl start nope', 5, '', 'Failed to start nope.service: Unit nope.service not found.\n'],
  ['systemctl stop nope', 5, '', 'Failed to stop nope.service: Unit nope.service not loaded.\n'],
  [
    'systemctl is-enabled nope',
    1,
    '',
    'Failed to get unit file state for nope.service: No such file or directory\n',
  ],
  ['systemctl show -p LoadState --value nope', 0, 'not-found\n', ''],
  ['systemctl cat nope', 1, '', 'No files found for nope.service.\n'],
  ['systemctl status nope', 4, '', 'Unit nope.service could not be found.\n'],
  ['systemctl frob', 1, '', 'Unknown command verb frob.\n'],
  ['systemctl --frob', 1, '', "systemctl: unrecognized option '--frob'\n"],
  ['systemctl list-units --plain --no-legend "ag*"', 0, 'agent.service loaded active running An agent\n', ''],
  ['systemctl is-system-running', 0, 'running\n', ''],
  ['systemd-run --frob true', 1, '', "systemd-run: unrecognized option '--frob'\n"],
  [
    'systemd-run --quiet nosuchtool',
    1,
    '',
    'Failed to find executable nosuchtool: No such file or directory\n',
  ],
  ['systemd-run -p Frob=1 true', 1, '', 'Unknown assignment: Frob=1\n'],
  ['systemd-run --on-active=soon true', 1, '', 'Failed to parse timer value: soon\n'],
])('%s', async (script, code, stdout, stderr) => {
  expect(await out(script)).toEqual({ code, stdout, stderr });
});

test('the timer of an armed change fires: the node reverts it', async () => {
  const armed = await out(`nft add table inet fireaxe
    echo "nft delete table inet fireaxe; echo fired >$FIREAXE_ROOT/run/fired" >"$FIREAXE_ROOT/run/revert"
    systemd-run --quiet --unit=back --on-active=4s --timer-property=AccuracySec=1s /bin/sh "$FIREAXE_ROOT/run/revert"
    systemctl is-active back.timer; systemctl show -p AccuracyUSec,SubState back.timer; nft list tables`);
  expect(armed).toEqual({
    stdout: 'active\nAccuracyUSec=1s\nSubState=waiting\ntable inet fireaxe\n',
    stderr: '',
    code: 0,
  });
  await expect.poll(() => existsSync(join(node.root, 'run/fired'))).toBe(true);
  expect((await out('nft list tables; systemctl is-active back.timer')).stdout).toBe('inactive\n');
  expect(existsSync(join(node.root, 'run/systemd/transient/back.timer'))).toBe(false);
});

test('a stopped timer never fires, and its name is free again', async () => {
  const arm = 'systemd-run --unit=back --on-active=3s touch "$FIREAXE_ROOT/run/fired"';
  expect((await out(arm)).stderr).toBe(
    'Running timer as unit: back.timer\nWill run service as unit: back.service\n',
  );
  expect(await out(arm)).toMatchObject({ code: 1, stderr: expect.stringContaining('was already loaded') });
  await out('systemctl stop back.timer');
  // What was armed after it fires.
  await out('systemd-run --unit=later --on-active=3s touch "$FIREAXE_ROOT/run/later"');
  await expect.poll(() => existsSync(join(node.root, 'run/later'))).toBe(true);
  expect(existsSync(join(node.root, 'run/fired'))).toBe(false);
  expect((await out('systemctl show -p LoadState --value back.timer')).stdout).toBe('not-found\n');
  // The service's file stays until its timer has gone for good; then the name can be used again.
  expect((await out(arm)).code).toBe(0);
});

test('a transient service runs in the background with what it was given, and ends with its limit', async () => {
  const script = 'echo "$GREETING $*" >"$FIREAXE_ROOT/run/said"; sleep 60';
  const begun = await out(
    `systemd-run --quiet --collect --unit=bg -p RuntimeMaxSec=3 --setenv=GREETING='it is "100%" \\ $HOME' /bin/sh -c '${script}' x 'a b' "c'd"; systemctl is-active bg`,
  );
  expect(begun).toEqual({ stdout: 'active\n', stderr: '', code: 0 });
  const said = () =>
    existsSync(join(node.root, 'run/said')) && readFileSync(join(node.root, 'run/said'), 'utf8');
  await expect.poll(said).toBe('it is "100%" \\ $HOME a b c\'d\n');
  await expect.poll(() => node.systemd.unit('bg.service').active).toBe('inactive');
});

test('a failed transient service stays failed until it is reset', async () => {
  await out('systemd-run -q --unit=bad sh -c "exit 3"');
  await expect.poll(() => node.systemd.unit('bad.service').active).toBe('failed');
  expect((await out('systemctl show -p Result,ExecMainStatus bad')).stdout).toBe(
    'Result=exit-code\nExecMainStatus=3\n',
  );
  expect((await out('systemctl reset-failed bad; systemctl show -p LoadState --value bad')).stdout).toBe(
    'not-found\n',
  );
});

test('a reboot forgets run-time masks and transient units, and starts what is enabled', async () => {
  await out(
    'systemctl mask --runtime agent; systemctl stop agent; systemd-run -q --unit=t --on-active=1h true',
  );
  await node.powerOff();
  await node.powerOn();
  expect((await out('systemctl is-active agent t.timer')).stdout).toBe('active\ninactive\n');
});

test.each(['plain', 'two words', '', 'q"uo\'te', 'back\\slash', 'per%cent $dollar $$', 'tab\tline\nend'])(
  'the word %j comes back from a unit file',
  (word) => {
    const text = parseUnitText(`[Service]\nExecStart=${quoteWord('x')} ${quoteWord(word)}\n`);
    expect(splitWords(text.get('Service.ExecStart')![0]!)).toEqual(['x', word]);
  },
);

test('reads spans of time', () => {
  expect(['30s', '2min 30s', '90', '1h', '500ms', 'soon', ''].map(parseTimeSpan)).toEqual([
    30_000,
    150_000,
    90_000,
    3_600_000,
    500,
    undefined,
    undefined,
  ]);
});
