import { afterAll, beforeAll, expect, test } from 'vitest';
import { Lab } from './lab.ts';
import { give, type Order } from './orders.ts';

let lab: Lab;
const sh = async (command: string, at = 'w1') => (await lab.at(at).sh(command)).stdout.trim();
const stop = (unit: string, order: Order, at = 'w1') => give(lab, at, 'stop', { unit }, order);

const service = '[Service]\nExecStart=/bin/sleep 1000000\nRestart=always\nRestartSec=0\n';
const needing = (how: string) => `[Unit]\n${how}=runtime.service\nAfter=runtime.service\n${service}`;
const system = '/usr/lib/systemd/system';

beforeAll(async () => {
  lab = await Lab.up([
    {
      name: 'w1',
      files: {
        [`${system}/runtime.service`]: `${service}[Install]\nAlias=dbus-org.lab.Runtime.service\nRequiredBy=lab.target\n`,
        [`${system}/lab.target`]: '[Unit]\nWants=idle.service\n',
        [`${system}/idle.service`]: service,
        // As the kubelet of EKS needs containerd.
        [`${system}/kubelet.service`]: needing('Requires'),
        [`${system}/bound.service`]: needing('BindsTo'),
        [`${system}/part.service`]: needing('PartOf'),
        [`${system}/off.service`]: needing('PartOf'),
        [`${system}/second.service`]: `[Unit]\nRequires=kubelet.service\n${service}`,
        [`${system}/keeper.service`]: `[Unit]\nUpholds=runtime.service\n${service}`,
        [`${system}/door.service`]: service,
        '/opt/by-the-door':
          'echo $$ >/sys/fs/cgroup/system.slice/door.service/cgroup.procs\nexec /bin/sh "$@"\n',
      },
    },
    {
      name: 'w2',
      files: {
        [`${system}/helper.service`]: service,
        '/etc/systemd/system/ssh.service.d/helper.conf': '[Unit]\nRequires=helper.service\n',
      },
    },
  ]);
});
afterAll(() => lab?.down());

test('what needs a unit ends with it: shown before, and back with it; nothing else is started', async () => {
  await sh(
    'systemctl enable -q runtime; systemctl start lab.target bound part second keeper; systemctl stop idle',
  );
  const states = () =>
    sh('systemctl is-active runtime kubelet bound part second keeper lab.target off idle | tr "\\n" " "');
  const before = await states();
  expect(before).toMatch(/^(active ){7}inactive inactive$/);
  const check = await stop('runtime', { op: 'check', run: 'n1' });
  expect(check.result?.note).toMatch(/will mask and stop runtime.service; also stops .*second.service/);
  expect(await states()).toBe(before);
  const apply = await stop('runtime', { op: 'apply', run: 'n1' });
  expect(apply.result).toMatchObject({ state: 'changed' });
  expect(apply.result!.before!.with!.split(' ').sort()).toEqual(
    ['bound', 'kubelet', 'part', 'second']
      .map((name) => `${name}.service`)
      .concat('lab.target')
      .sort(),
  );
  // Those that it does not come after may end a little later.
  await expect.poll(states, { timeout: 20_000 }).toMatch(/^(inactive ){5}active (inactive ){2}inactive$/);
  expect((await stop('runtime', { op: 'apply', run: 'n2' })).result).toMatchObject({ state: 'already' });
  const undo = await stop('runtime', { op: 'undo', run: 'n1', before: apply.result!.before! });
  expect(undo.result).toMatchObject({ state: 'changed', note: expect.stringContaining('kubelet.service') });
  await expect.poll(states, { timeout: 20_000 }).toBe(before);
});

test('what ssh needs is never stopped', async () => {
  const states = () => sh('systemctl is-active helper ssh', 'w2');
  expect(await states()).toBe('active\nactive');
  for (const op of ['check', 'apply'] as const) {
    expect((await stop('helper', { op, run: 'n3' }, 'w2')).result).toMatchObject({
      state: 'refused',
      code: 'protected',
      note: expect.stringContaining('ssh.service would stop with it'),
    });
  }
  expect(await states()).toBe('active\nactive');
});

test('nor the unit that this login came by, whatever its name', async () => {
  await sh('systemctl start door');
  const refused = await stop('door', { op: 'apply', run: 'n4', shell: '/bin/sh /opt/by-the-door' });
  expect(refused.result).toMatchObject({ state: 'refused', code: 'protected' });
});

test('by another name: held, held already, and back', async () => {
  const unit = 'dbus-org.lab.Runtime';
  const apply = await stop(unit, { op: 'apply', run: 'n5' });
  expect(apply.result).toMatchObject({ state: 'changed' });
  expect(await sh(`systemctl start ${unit} 2>/dev/null; systemctl is-active runtime`)).toBe('inactive');
  expect((await stop(unit, { op: 'verify', run: 'n5' })).result).toMatchObject({ state: 'ok' });
  const again = await stop(unit, { op: 'apply', run: 'n6' });
  expect(again.result).toMatchObject({ state: 'already' });
  await stop(unit, { op: 'undo', run: 'n6', before: again.result!.before! });
  expect(await sh('systemctl is-active runtime')).toBe('inactive');
  await stop(unit, { op: 'undo', run: 'n5', before: apply.result!.before! });
  expect(await sh('systemctl is-active runtime kubelet')).toBe('active\nactive');
});
