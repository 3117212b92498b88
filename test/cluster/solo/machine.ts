import { stringify } from 'yaml';
import { KUBERNETES } from '../build/binaries.mjs';
import { REGISTRY } from '../build/images.ts';
import { KUBELET_CONFIG } from '../kubeadm.ts';
import { PORT, pkiOf, SOLO, SOLO_CONFIG, SOLO_SOCKET } from '../layout.ts';

const HOME = '/var/lib/kubernetes';
const PKI = pkiOf(SOLO);
/** Where RKE2's kubelet reads static pods; the path is all that is here of RKE2. */
export const RKE2_MANIFESTS = '/var/lib/rancher/rke2/agent/pod-manifests';

/** The files of a machine whose control plane is a set of systemd units. `start.sh` makes the certificates and starts them. */
export function soloFiles(address: string, containerd: string): Record<string, string> {
  const units = Object.entries(commands(address)).map(([name, command]) => [
    `/etc/systemd/system/${name}.service`,
    unit(name, command),
  ]);
  return {
    ...Object.fromEntries(units),
    '/etc/containerd/config.toml': `${containerd}[grpc]\naddress = "${SOLO_SOCKET}"\n`,
    '/var/lib/kubelet/config.yaml': stringify({
      ...KUBELET_CONFIG,
      containerRuntimeEndpoint: `unix://${SOLO_SOCKET}`,
      authentication: { x509: { clientCAFile: `${PKI}/ca.crt` } },
    }),
    '/opt/solo/env': `ADDRESS=${address}\nHOME_DIR=${HOME}\nPKI=${PKI}\nCONFIG=${SOLO_CONFIG}\nMANIFESTS=${RKE2_MANIFESTS}\nSOCKET=${SOLO_SOCKET}\nPORT=${PORT}\nVERSION=${KUBERNETES}\n`,
    '/opt/solo/kube-scheduler.yaml': stringify(scheduler()),
  };
}

/** A unit file in /etc, as of an installation by hand. */
function unit(name: string, command: string[]): string {
  const notifies = name === 'etcd' || name === 'kube-apiserver';
  return `[Unit]
Description=${name}
${name === 'kube-apiserver' ? 'After=etcd.service\n' : ''}[Service]
${notifies ? 'Type=notify\nTimeoutStartSec=180\n' : ''}ExecStart=${command.join(' ')}
Restart=always
RestartSec=5
[Install]
WantedBy=multi-user.target
`;
}

function commands(address: string): Record<string, string[]> {
  const program = (name: string) => `/opt/kubernetes/${name}`;
  const etcd = (name: string, file: string) => [
    `--${name}cert-file=${PKI}/etcd/${file}.crt`,
    `--${name}key-file=${PKI}/etcd/${file}.key`,
    `--${name}trusted-ca-file=${PKI}/etcd/ca.crt`,
    `--${name}client-cert-auth`,
  ];
  return {
    etcd: [
      ...['/opt/etcd/etcd', `--name=${SOLO}`, '--data-dir=/var/lib/etcd'],
      ...['listen-client-urls', 'advertise-client-urls'].map((name) => `--${name}=https://127.0.0.1:2379`),
      ...['listen-peer-urls', 'initial-advertise-peer-urls'].map(
        (name) => `--${name}=https://${address}:2380`,
      ),
      `--initial-cluster=${SOLO}=https://${address}:2380`,
      '--listen-metrics-urls=http://127.0.0.1:2381',
      ...etcd('', 'server'),
      ...etcd('peer-', 'peer'),
    ],
    'kube-apiserver': [
      program('kube-apiserver'),
      ...[`--advertise-address=${address}`, `--secure-port=${PORT}`, '--allow-privileged=true'],
      ...['--authorization-mode=Node,RBAC', `--client-ca-file=${PKI}/ca.crt`],
      ...[`--tls-cert-file=${PKI}/apiserver.crt`, `--tls-private-key-file=${PKI}/apiserver.key`],
      ...['--etcd-servers=https://127.0.0.1:2379', `--etcd-cafile=${PKI}/etcd/ca.crt`],
      `--etcd-certfile=${PKI}/apiserver-etcd-client.crt`,
      `--etcd-keyfile=${PKI}/apiserver-etcd-client.key`,
      `--kubelet-client-certificate=${PKI}/apiserver-kubelet-client.crt`,
      `--kubelet-client-key=${PKI}/apiserver-kubelet-client.key`,
      ...[`--service-account-key-file=${PKI}/sa.pub`, `--service-account-signing-key-file=${PKI}/sa.key`],
      ...[
        '--service-account-issuer=https://kubernetes.default.svc',
        '--service-cluster-ip-range=10.43.0.0/16',
      ],
    ],
    'kube-controller-manager': [
      program('kube-controller-manager'),
      ...['--bind-address=127.0.0.1', `--kubeconfig=${HOME}/controller-manager.conf`],
      ...[`--root-ca-file=${PKI}/ca.crt`, `--service-account-private-key-file=${PKI}/sa.key`],
      ...['--use-service-account-credentials=true', '--allocate-node-cidrs=false'],
    ],
    'kube-scheduler': [
      program('kube-scheduler'),
      '--bind-address=127.0.0.1',
      `--kubeconfig=${HOME}/scheduler.conf`,
    ],
    kubelet: [
      program('kubelet'),
      ...[`--kubeconfig=${HOME}/kubelet.conf`, '--config=/var/lib/kubelet/config.yaml'],
      ...[`--node-ip=${address}`, `--pod-manifest-path=${RKE2_MANIFESTS}`],
    ],
  };
}

/** The scheduler as a static pod, as RKE2 runs it. */
function scheduler(): unknown {
  const config = `${HOME}/scheduler.conf`;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'kube-scheduler',
      namespace: 'kube-system',
      labels: { component: 'kube-scheduler', tier: 'control-plane' },
    },
    spec: {
      hostNetwork: true,
      priorityClassName: 'system-cluster-critical',
      containers: [
        {
          name: 'kube-scheduler',
          image: `${REGISTRY}/kube-scheduler:${KUBERNETES}`,
          imagePullPolicy: 'Never',
          command: ['kube-scheduler', '--bind-address=127.0.0.1', `--kubeconfig=${config}`],
          volumeMounts: [{ name: 'config', mountPath: config, readOnly: true }],
        },
      ],
      volumes: [{ name: 'config', hostPath: { path: config, type: 'File' } }],
    },
  };
}
