import { expect, it } from 'vitest';
import { simulatedCrictl } from '../../../src/drill/control-plane/tools/crictl.ts';

const call = { cwd: '/' } as never;

it('the simulated crictl lists running and exited containers, and forgets exited ones', async () => {
  const forgotten: string[] = [];
  const crictl = simulatedCrictl({
    stateOf: (name) => (name === 'kube-apiserver' ? 'waiting' : name === 'etcd' ? 'running' : 'absent'),
    forgetExited: (name) => forgotten.push(name),
  });
  const asked = async (text: string) => (await crictl(text.split(' '), () => '', call)).stdout;
  const ps = (name: string, more: string) => asked(`--timeout 5s ps ${more} --name ^${name}$ -q`);
  expect(await ps('kube-apiserver', '-a --state exited')).toBe('kube-apiserver-exited\n');
  expect(await ps('kube-apiserver', '-a --state running')).toBe('');
  expect(await ps('etcd', '-a --state exited')).toBe('');
  expect(await ps('etcd', '--label a=b')).toBe('etcd-running\n');
  expect(await ps('kube-scheduler', '--label a=b')).toBe('');
  await asked('--timeout 5s --runtime-endpoint unix:///run/x.sock rm kube-apiserver-exited');
  expect(forgotten).toEqual(['kube-apiserver']);
  expect(await crictl(['inspectp', 'x'], () => '', call)).toMatchObject({ code: 1 });
});
