import { stringify } from 'yaml';
import type { Machine } from '../lab/machine.ts';
import { KUBERNETES } from './build/binaries.mjs';
import { REGISTRY } from './build/images.ts';
import { API_NAME, PORT } from './layout.ts';

const TOKEN = 'abcdef.0123456789abcdef';
const CERTIFICATE_KEY = '7'.padStart(64, '0');
/** The limit that makes a flood fatal. An idle API server needs about 280 MiB. */
const API_SERVER_MEMORY = '700Mi';
const API_VERSION = 'kubeadm.k8s.io/v1beta4';
export const KUBELET_CONFIG = {
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  cgroupDriver: 'cgroupfs',
  failSwapOn: false,
  // The root is an overlay, which has no device to measure.
  localStorageCapacityIsolation: false,
  imageGCHighThresholdPercent: 100,
  evictionHard: {
    'memory.available': '10Mi',
    ...Object.fromEntries(
      ['nodefs.available', 'nodefs.inodesFree', 'imagefs.available'].map((k) => [k, '0%']),
    ),
  },
  resolvConf: '/dev/null',
};

export function initConfig(address: string): string {
  return documents(
    {
      apiVersion: API_VERSION,
      kind: 'InitConfiguration',
      bootstrapTokens: [
        {
          token: TOKEN,
          ttl: '0s',
          usages: ['signing', 'authentication'],
          groups: ['system:bootstrappers:kubeadm:default-node-token'],
        },
      ],
      certificateKey: CERTIFICATE_KEY,
      localAPIEndpoint: { advertiseAddress: address, bindPort: PORT },
      nodeRegistration: registration(address),
      patches: { directory: '/etc/kubernetes/patches' },
    },
    {
      apiVersion: API_VERSION,
      kind: 'ClusterConfiguration',
      kubernetesVersion: KUBERNETES,
      imageRepository: REGISTRY,
      controlPlaneEndpoint: `${API_NAME}:${PORT}`,
      networking: { podSubnet: '10.244.0.0/16', serviceSubnet: '10.96.0.0/16' },
      // The pod network of each machine is in its CNI configuration.
      controllerManager: { extraArgs: [{ name: 'allocate-node-cidrs', value: 'false' }] },
    },
    KUBELET_CONFIG,
    {
      apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
      kind: 'KubeProxyConfiguration',
      mode: 'iptables',
      // A machine cannot change these settings: they belong to the host.
      conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
    },
  );
}

export function joinConfig(address: string, first: string, controlPlane: boolean): string {
  return documents({
    apiVersion: API_VERSION,
    kind: 'JoinConfiguration',
    discovery: {
      bootstrapToken: {
        token: TOKEN,
        apiServerEndpoint: `${first}:${PORT}`,
        unsafeSkipCAVerification: true,
      },
    },
    nodeRegistration: registration(address),
    ...(controlPlane && {
      controlPlane: {
        certificateKey: CERTIFICATE_KEY,
        localAPIEndpoint: { advertiseAddress: address, bindPort: PORT },
      },
      patches: { directory: '/etc/kubernetes/patches' },
    }),
  });
}

/** kubeadm patches: the memory limit of the API server, and requests that fit on two cores. */
export function patches(): Record<string, string> {
  const small = { requests: { cpu: '20m', memory: '20Mi' } };
  const resources: Record<string, unknown> = {
    'kube-apiserver': { requests: { cpu: '50m' }, limits: { memory: API_SERVER_MEMORY } },
    'kube-controller-manager': small,
    'kube-scheduler': small,
    etcd: small,
  };
  return Object.fromEntries(
    Object.entries(resources).map(([name, wanted]) => [
      `/etc/kubernetes/patches/${name}+strategic.yaml`,
      documents({ spec: { containers: [{ name, resources: wanted }] } }),
    ]),
  );
}

/** Runs `kubeadm init` or `join` on a machine. Preflight errors are ignored, because it would refuse images that it cannot pull. */
export async function kubeadm(machine: Machine, verb: 'init' | 'join', config: string): Promise<void> {
  const more = verb === 'init' ? '--upload-certs --skip-phases=addon/coredns' : '';
  const ran = await machine.sh(
    `mkdir -p /etc/kubernetes; cat >/etc/kubernetes/kubeadm.yaml; kubeadm ${verb} --config /etc/kubernetes/kubeadm.yaml --ignore-preflight-errors=all ${more}`,
    { stdin: config, timeoutMs: 300_000 },
  );
  if (ran.code !== 0) {
    const said = `${ran.stdout}\n${ran.stderr}`.slice(-2000);
    throw new Error(`kubeadm ${verb} on ${machine.spec.name} ended with ${ran.code}:\n${said}`);
  }
}

function registration(address: string): unknown {
  return {
    criSocket: 'unix:///run/containerd/containerd.sock',
    // There is no registry.
    imagePullPolicy: 'Never',
    kubeletExtraArgs: [{ name: 'node-ip', value: address }],
  };
}

function documents(...objects: unknown[]): string {
  return objects.map((object) => stringify(object)).join('---\n');
}
