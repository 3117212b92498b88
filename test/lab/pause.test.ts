import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { crictl, kubeletScript } from './kubelet.ts';
import { Lab } from './lab.ts';
import { give, type Order } from './orders.ts';
import { unit } from './streams.ts';

let lab: Lab;
const node = process.execPath;
const sh = async (command: string) => (await lab.at('cp1').sh(command)).stdout.trim();
const pause = (order: Order, params: Record<string, unknown> = {}) =>
  give(lab, 'cp1', 'pause', params, order);

const KUBEADM = '/etc/kubernetes/manifests';
const RKE2 = '/var/lib/rancher/rke2/agent/pod-manifests';
const names = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

const pod = (name: string, podName = name, go = false) => `apiVersion: v1
kind: Pod
metadata:
  labels:
    ${go ? 'k8s-app' : 'component'}: ${name}
  name: ${podName}
  namespace: kube-system
spec:
  containers:
  - ${go ? `args:\n    - /usr/local/bin/${name}\n    command:\n    - /go-runner` : `command:\n    - ${name}\n    - --leader-elect=true`}
    name: ${name}
`;

/** As each installer lays them out; the last under names of its own. */
const layouts: [string, string, (name: string) => string, (name: string) => string][] = [
  ['kubeadm', KUBEADM, (name) => `${name}.yaml`, (name) => pod(name)],
  ['kOps', KUBEADM, (name) => `${name}.manifest`, (name) => pod(name, name, true)],
  ['RKE2', RKE2, (name) => `${name}.yaml`, (name) => pod(name)],
  ['unusual names', KUBEADM, (name) => `00 my ${name.slice(5)}`, (name) => pod(name, `own-${name}`)],
];

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

async function layOut([, dir, file, text]: (typeof layouts)[number]): Promise<void> {
  const each = names.map((name) => {
    const path = quoted(`${dir}/${file(name)}`);
    return `printf %s ${quoted(text(name))} >${path}; chmod 600 ${path}; touch -d '2026-01-02 03:04:05.678' ${path}`;
  });
  await sh(`mkdir -p ${dir}; ${each.join('; ')}`);
  await expect.poll(running, { timeout: 10_000 }).toBe('1 1 1');
}

const running = () =>
  sh(`echo $(for n in ${names.map((n) => n.slice(0, 15)).join(' ')}; do pgrep -cx $n; done)`);
const pids = () => sh('pgrep -x "kube-apiserver|kube-controller|kube-scheduler" -a | sort -k 2');
/** Files with mode, owner, time, number and content; processes; cgroups. */
const picture = () =>
  sh(
    `find /etc/kubernetes /var/lib/rancher /run/fireaxe -type f -printf '%p %m %U:%G %s %T@ %i\\n' -exec sha256sum {} ';' 2>/dev/null | sort; find /etc/kubernetes /var/lib/rancher -type d | sort; pgrep -x 'kube-apiserver|kube-controller|kube-scheduler' -a | sort -k 2; find /sys/fs/cgroup/kubepods.slice -name cgroup.freeze -exec cat {} + | sort | uniq -c`,
  );

beforeAll(async () => {
  lab = await Lab.up([
    {
      name: 'cp1',
      files: {
        '/opt/kubelet.mjs': kubeletScript,
        '/usr/local/bin/crictl': crictl,
        '/etc/systemd/system/kubelet.service': `${unit(`${node} /opt/kubelet.mjs`)}KillMode=process\n`,
      },
    },
  ]);
  await sh(
    `chmod +x /usr/local/bin/crictl; mkdir -p /opt/bin; for n in ${names.join(' ')}; do cp /bin/sleep /opt/bin/$n; done; mkdir -p ${KUBEADM}; mkdir -p /etc/systemd/system/multi-user.target.wants; ln -s /etc/systemd/system/kubelet.service /etc/systemd/system/multi-user.target.wants/; systemctl start kubelet`,
  );
});
afterAll(() => lab?.down());

beforeEach(async () => {
  await sh(
    `rm -f /run/kubelet-stuck /run/crictl-hangs ${KUBEADM}/*; rm -rf ${RKE2} /etc/kubernetes/fireaxe-paused /var/lib/rancher /run/fireaxe; systemctl start kubelet`,
  );
  await expect.poll(running, { timeout: 10_000 }).toBe('0 0 0');
});

test.each(layouts)('%s: check changes nothing; out, out already, and exactly back', async (...layout) => {
  await layOut(layout);
  const before = await picture();
  const others = (await pids()).split('\n').filter((line) => !line.includes('controller'));
  expect((await pause({ op: 'check' })).result).toMatchObject({ state: 'would' });
  expect(await picture()).toBe(before);

  const apply = await pause({ op: 'apply' });
  const path = `${layout[1]}/${layout[2]('kube-controller-manager')}`;
  expect(apply).toMatchObject({
    code: 0,
    result: { state: 'changed', before: { controller_manager: `in ${path}` } },
  });
  expect(await running()).toBe('1 0 1');
  expect((await pids()).split('\n')).toEqual(others);
  // Only what stays is in the watched folder, dot files included; what is kept is root's alone.
  expect((await sh(`ls -A ${layout[1]}`)).split('\n')).toHaveLength(2);
  expect(await sh(`stat -c '%a %u' "$(dirname ${layout[1]})/fireaxe-paused"`)).toBe('700 0');
  expect((await pause({ op: 'verify' })).result).toMatchObject({ state: 'ok' });

  const paused = await picture();
  const again = await pause({ op: 'apply', run: 'r2' });
  expect(again.result).toMatchObject({ state: 'already' });
  await sh('rm -r /run/fireaxe/r2');
  expect(await picture()).toBe(paused);
  const other = await pause({ op: 'undo', run: 'r2', before: again.result!.before! });
  expect(other.result).toMatchObject({ state: 'already' });
  expect(await running()).toBe('1 0 1');

  // Its receipts are gone; the journal has the before-state.
  await sh('rm -rf /run/fireaxe');
  const undo = await pause({ op: 'undo', before: apply.result!.before! });
  expect(undo.result).toMatchObject({ state: 'changed' });
  await expect.poll(running, { timeout: 5000 }).toBe('1 1 1');
  await sh('rm -rf /run/fireaxe');
  const numberless = (text: string) => text.replace(/^\d+ (\S*kube-controller)/gm, 'PID $1');
  expect(numberless(await picture())).toBe(numberless(before));
});

test('several components in one order', async () => {
  await layOut(layouts[0]!);
  const params = { component: ['kube-controller-manager', 'kube-scheduler'] };
  const apply = await pause({ op: 'apply' }, params);
  expect(apply.result).toMatchObject({ state: 'changed' });
  expect(await running()).toBe('1 0 0');
  await pause({ op: 'undo', before: apply.result!.before! }, params);
  await expect.poll(running, { timeout: 5000 }).toBe('1 1 1');
});

describe('refused, and nothing is touched', () => {
  test('where no manifest is known', async () => {
    await sh(
      'mkdir -p /var/lib/rancher/k3s/server; systemd-run --unit=bare /opt/bin/kube-controller-manager 1000000',
    );
    const before = await picture();
    const refused = await pause({ op: 'apply' });
    expect(refused).toMatchObject({ code: 4, result: { state: 'refused', code: 'no-manifest' } });
    expect(refused.result!.note).toMatch(/in no pod.*k3s/);
    expect(await picture()).toBe(before);
    await sh('systemctl stop bare');
  });

  test('where two match, and where no rename leads out', async () => {
    await layOut(layouts[0]!);
    await sh(`cp ${KUBEADM}/kube-controller-manager.yaml ${KUBEADM}/backup`);
    const before = await sh(`ls -A ${KUBEADM} /etc/kubernetes`);
    expect((await pause({ op: 'apply' })).result).toMatchObject({ code: 'two-manifests' });
    await sh(`rm ${KUBEADM}/backup; mount --bind ${KUBEADM} ${KUBEADM}`);
    expect((await pause({ op: 'apply', run: 'r2' })).result).toMatchObject({ code: 'other-mount' });
    await sh(`umount ${KUBEADM}; cp ${KUBEADM}/kube-controller-manager.yaml ${KUBEADM}/backup`);
    expect(await sh(`ls -A ${KUBEADM} /etc/kubernetes`)).toBe(before);
  });
});

describe('a kubelet that does not stop the pod', () => {
  const frozen = () => sh('cat /sys/fs/cgroup/kubepods.slice/*/*pod*/cgroup.events | grep -c "frozen 1"');

  test('its pod is frozen, also when its container is started again; thawed by undo', async () => {
    await layOut(layouts[0]!);
    await sh('touch /run/kubelet-stuck');
    const before = await pids();
    const apply = await pause({ op: 'apply' }, { wait: '2s' });
    expect(apply.result).toMatchObject({ state: 'changed', data: { controller_manager_frozen: '1' } });
    expect(apply.result!.note).toMatch(/did not stop its pod/);
    expect(await frozen()).toBe('1');
    // A liveness probe fails: the container is killed and started again, in the same pod.
    const first = await sh('pgrep -x kube-controller');
    await sh('kill -KILL $(pgrep -x kube-controller); sleep 1');
    const second = await sh('pgrep -x kube-controller');
    expect(second).not.toBe(first);
    expect((await pause({ op: 'verify' })).result).toMatchObject({ state: 'ok' });
    expect((await pause({ op: 'apply', run: 'r2' })).result).toMatchObject({ state: 'already' });
    const undo = await pause({ op: 'undo', before: apply.result!.before! });
    expect(undo.result).toMatchObject({ state: 'changed' });
    expect(await frozen()).toBe('0');
    expect(await pids()).toBe(before.replace(first, second));
    expect(await sh('ls /etc/kubernetes')).toBe('manifests');
  });

  test('nobody waits for one that is stopped, nor for a runtime that hangs', async () => {
    await layOut(layouts[0]!);
    await sh('systemctl stop kubelet');
    const began = Date.now();
    const apply = await pause({ op: 'apply' });
    expect(Date.now() - began).toBeLessThan(8000);
    expect(apply.result).toMatchObject({ state: 'changed', data: { controller_manager_frozen: '1' } });
    await pause({ op: 'undo', before: apply.result!.before! });
    expect(await frozen()).toBe('0');
    await sh('systemctl start kubelet; touch /run/crictl-hangs');
    const blind = await pause({ op: 'apply', run: 'r2', deadlineMs: 60_000 });
    expect(blind.result).toMatchObject({ state: 'changed', data: { crictl: 'no answer' } });
    expect(await running()).toBe('1 0 1');
    await pause({ op: 'undo', run: 'r2', before: blind.result!.before! });
  });
});

describe('a client and its script killed after the move', () => {
  /** Kills the script on the node while it waits for a kubelet that is stuck. */
  async function cutOff(): Promise<void> {
    await layOut(layouts[0]!);
    await sh('touch /run/kubelet-stuck');
    const order = pause({ op: 'apply' }, { wait: '60s' });
    await expect.poll(() => sh(`ls ${KUBEADM} | wc -l`), { timeout: 10_000 }).toBe('2');
    await sh("kill -KILL $(readlink /run/fireaxe/lock | cut -d' ' -f1)");
    expect((await order).result).toBeUndefined();
    expect((await pause({ op: 'receipt' })).result).toMatchObject({ state: 'interrupted' });
  }

  test('resume goes on where it was, and undo brings back what the first found', async () => {
    await cutOff();
    await sh('rm /run/kubelet-stuck');
    const resumed = await pause({ op: 'apply' });
    expect(resumed.result).toMatchObject({
      state: 'changed',
      before: { controller_manager: `in ${KUBEADM}/kube-controller-manager.yaml` },
    });
    expect(await running()).toBe('1 0 1');
    await pause({ op: 'undo', before: resumed.result!.before! });
    await expect.poll(running, { timeout: 5000 }).toBe('1 1 1');
  });

  test('out after a reboot, and undo works without journal and receipts', async () => {
    await cutOff();
    await lab.at('cp1').reboot();
    await expect.poll(running, { timeout: 10_000 }).toBe('1 0 1');
    expect(await sh('ls -A /run/fireaxe')).toBe('');
    expect((await pause({ op: 'undo', run: 'other' })).result).toMatchObject({ state: 'already' });
    expect((await pause({ op: 'undo' })).result).toMatchObject({ state: 'changed' });
    await expect.poll(running, { timeout: 5000 }).toBe('1 1 1');
    expect(await sh('ls /etc/kubernetes')).toBe('manifests');
  });
});
