import { createSocket, type Socket } from 'node:dgram';
import { existsSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect } from 'vitest';
import { dnsOf, readDns } from '../../src/status/dns.ts';
import { statusScript } from '../../src/status/script.ts';
import { context, type Sandbox, SHELLS, target } from '../node/sandbox.ts';
import { test } from '../node/sandbox-test.ts';

let server: Socket | undefined;
afterEach(() => {
  server?.close();
  server = undefined;
});

/** A DNS server that knows the API's service; `past` is its code for every other name. Names are noted in `asked`. */
async function listen(past: number, asked: string[] = []): Promise<number> {
  server = createSocket('udp4', (packet, from) => {
    const labels: string[] = [];
    for (let at = 12; packet[at]; at += packet[at]! + 1) {
      labels.push(packet.subarray(at + 1, at + 1 + packet[at]!).toString());
    }
    const name = labels.join('.');
    asked.push(name);
    const answer = Buffer.from(packet);
    answer[2] = 0x81;
    answer[3] = 0x80 | (name.startsWith('kubernetes.') ? 0 : past);
    server!.send(answer, from.port, from.address);
  });
  await new Promise<void>((done) => server!.bind(0, '127.0.0.1', done));
  return server.address().port;
}

/** The real bash, whose questions go to this port instead of port 53 of the address. */
function bash(box: Sandbox, port: number): void {
  box.tool(
    'bash',
    `[ "$1" = -c ] || exec /bin/bash "$@"\nshift; text=$1; shift; exec /bin/bash -c "\${text%%\\"/dev/udp*}/dev/udp/127.0.0.1/${port}\${text#*/53\\"}" "$@"`,
  );
}

async function read(box: Sandbox, shell: string[]) {
  const script = statusScript(context([]), new Date(), 20_000);
  const { stdout, stderr, result } = await box.run(script.textFor(target(), 'ssh'), shell);
  return { dns: readDns('n1', stdout), stderr, result };
}

const KUBELET = 'kind: KubeletConfiguration\nclusterDNS:\n- 10.96.0.10\nclusterDomain: cluster.local\n';
const hasBash = existsSync('/bin/bash');

describe.each(SHELLS.map((s) => [s[0]!, s] as const))('%s', (_name, shell) => {
  test.runIf(hasBash)('asks for a name that caches know and for one that none has', async ({ box }) => {
    const asked: string[] = [];
    bash(box, await listen(3, asked));
    box.file('/var/lib/kubelet/config.yaml', KUBELET);
    const { dns, stderr } = await read(box, shell);
    expect(stderr).toBe('');
    expect(dns).toEqual({
      node: 'n1',
      answers: [{ address: '10.96.0.10', kind: 'service', known: 'NOERROR', fresh: 'NXDOMAIN' }],
    });
    expect(asked).toEqual([
      'kubernetes.default.svc.cluster.local',
      expect.stringMatching(/^fireaxe-\w+\.default\.svc\.cluster\.local$/),
    ]);
  });

  test.runIf(hasBash)('a cache that still answers hides a server that does not', async ({ box }) => {
    bash(box, await listen(2));
    box.file(
      '/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/a1/resolv.conf',
      'search default.svc.k8s.corp svc.k8s.corp k8s.corp\nnameserver 169.254.20.10\noptions ndots:5\n',
    );
    box.tool(
      'iptables',
      `case $* in *KUBE-SVC-TCOU7JCQXEZGVUNU) echo '-A KUBE-SVC-TCOU7JCQXEZGVUNU -m comment --comment "kube-system/kube-dns:dns -> 10.244.0.2:53" -j KUBE-SEP-X' ;; esac`,
    );
    const { dns } = await read(box, shell);
    expect(dns.answers.sort((a, b) => (a.address < b.address ? -1 : 1))).toEqual([
      { address: '10.244.0.2', kind: 'pod', known: 'NOERROR', fresh: 'SERVFAIL' },
      { address: '169.254.20.10', kind: 'node-local', known: 'NOERROR', fresh: 'SERVFAIL' },
    ]);
  });

  test.runIf(hasBash)('nothing listens, or nobody answers', async ({ box }) => {
    const port = await listen(0);
    server!.close();
    server = undefined;
    bash(box, port);
    box.file(
      '/etc/kubernetes/kubelet/config.json',
      '{"clusterDNS": [\n  "10.100.0.10"\n ], "clusterDomain": "cluster.local"}',
    );
    const { dns } = await read(box, shell);
    expect(dns.answers).toEqual([
      { address: '10.100.0.10', kind: 'service', known: 'unreachable', fresh: 'unreachable' },
    ]);
    server = createSocket('udp4', () => {});
    await new Promise<void>((done) => server!.bind(port, '127.0.0.1', done));
    expect((await read(box, shell)).dns.answers).toMatchObject([{ known: 'no-answer', fresh: 'no-answer' }]);
  });

  test.runIf(hasBash)(
    'the kubelet tells the addresses; resolvers that a pod has of its own are not asked',
    async ({ box }) => {
      box.tool('bash', `[ "$1" = -c ] || exec /bin/bash "$@"\nexit 1`);
      const pod = (name: string, at: number, ...lines: string[]) => {
        const path = `/var/lib/containerd/io.containerd.grpc.v1.cri/sandboxes/${name}/resolv.conf`;
        box.file(path, `${lines.join('\n')}\n`);
        utimesSync(join(box.root, path), at, at);
      };
      const search = 'search default.svc.cluster.local svc.cluster.local cluster.local';
      const addresses = async () => (await read(box, shell)).dns.answers.map(({ address }) => address);
      pod('host', 1_790_000_003, 'search corp.example', 'nameserver 10.1.2.3');
      pod('new', 1_790_000_002, search, 'nameserver 10.96.0.10', 'nameserver 10.1.2.3');
      pod('old', 1_790_000_001, search, 'nameserver 10.1.2.4');
      expect(await addresses()).toEqual(['10.96.0.10']);
      box.file(
        '/proc/70/cmdline',
        'kubelet\0--cluster-dns=10.96.0.11,10.96.0.12\0--cluster-domain=k8s.corp\0',
      );
      expect((await addresses()).sort()).toEqual(['10.96.0.11', '10.96.0.12']);
      box.file('/var/lib/kubelet/config.yaml', 'kind: KubeletConfiguration\nclusterDNS:\n- 10.96.0.13\n');
      expect(await addresses()).toEqual(['10.96.0.13']);
    },
  );

  test('a node that knows no address tells nothing', async ({ box }) => {
    box.tool('dig', 'exit 9');
    expect((await read(box, shell)).dns).toEqual({ node: 'n1', answers: [] });
  });
});

// Busybox's timeout runs its own nslookup, so no tool can be given to it.
const OTHERS = SHELLS.filter(([name]) => name !== 'busybox').map((s) => [s[0]!, s] as const);
test.for(OTHERS)(
  '%s, without bash: dig, else nslookup; with none of them it says so',
  async ([, shell], { box }) => {
    box.file('/var/lib/kubelet/config.yaml', KUBELET);
    const found = async () => (await read(box, shell)).dns;
    expect(await found()).toEqual({ node: 'n1', answers: [], noTool: true });
    box.tool(
      'nslookup',
      `case $1 in kube*) printf 'Name:\\t%s\\nAddress: 10.96.0.1\\n' "$1" ;; *) echo "** server can't find $1: NXDOMAIN"; exit 1 ;; esac`,
    );
    expect((await found()).answers).toMatchObject([{ known: 'NOERROR', fresh: 'NXDOMAIN' }]);
    box.tool('dig', 'echo ";; ->>HEADER<<- opcode: QUERY, status: SERVFAIL, id: 1"');
    expect((await found()).answers).toMatchObject([{ known: 'SERVFAIL', fresh: 'SERVFAIL' }]);
  },
);

describe('the answers of all nodes', () => {
  const answer = (known: string, fresh: string, address = '10.96.0.10') => ({
    ...{ address, kind: 'service' as const, known, fresh },
  });

  test('are counted by address, with the nodes that got another answer', () => {
    const dns = dnsOf([
      { node: 'n1', answers: [answer('NOERROR', 'NXDOMAIN')] },
      { node: 'n2', answers: [answer('NOERROR', 'SERVFAIL')] },
      { node: 'n3', answers: [answer('no-answer', 'no-answer')] },
      { node: 'n4', answers: [], noTool: true },
    ]);
    expect(dns).toEqual({
      asked: 3,
      noTool: ['n4'],
      addresses: [
        {
          ...{ address: '10.96.0.10', kind: 'service', asked: 3, answered: 2, fresh: 1 },
          ...{ codes: { SERVFAIL: 1, 'no-answer': 1 }, nodes: ['n2', 'n3'] },
        },
      ],
      percent: 50,
    });
  });

  test('a share is known only where something was asked', () => {
    expect(dnsOf([{ node: 'n1', answers: [] }])).toEqual({ asked: 0, noTool: [], addresses: [] });
  });
});

test('a line in another form does not count', () => {
  const lines = [
    'dns 10.0.0.1 service NOERROR NXDOMAIN',
    'dns 10.0.0.1 other NOERROR NXDOMAIN',
    'dns x',
    'dns $(id) pod a b',
  ];
  expect(readDns('n1', lines.join('\n')).answers).toHaveLength(1);
});
