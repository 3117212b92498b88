import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect } from 'vitest';
import names from '../../src/node/lib/dns/names.sh';
import { SHELLS } from './sandbox.ts';
import { test } from './sandbox-test.ts';

/** What kube-proxy v1.34 wrote on a real node, for the same services. */
const saved = (name: string) => readFileSync(join(import.meta.dirname, 'dns', name), 'utf8');
const IPTABLES = saved('iptables-save.txt');
const NFT = saved('nft-list.txt');
const SERVICES = [
  '10.96.0.1 kubernetes.default',
  '10.96.121.87 local.kube-public',
  '10.96.203.24 empty.default',
  '10.96.23.210 shop.default',
  '10.96.244.66 pub.kube-public',
  '10.96.250.45 web.default',
];

interface Service {
  name: string;
  space: string;
  address: string;
  ready: boolean;
}

const label = fc.stringMatching(/^[a-z]([a-z0-9-]{0,20}[a-z0-9])?$/);
const services = fc
  .uniqueArray(fc.record({ name: label, space: label, ready: fc.boolean() }), {
    selector: ({ name, space }) => `${name}.${space}`,
    maxLength: 20,
  })
  .map((all) =>
    all.map((one, i): Service => ({ ...one, address: i % 3 ? `10.${i}.0.${i + 1}` : `fd00::${i + 1}` })),
  );

const byIptables = (all: Service[]) =>
  all
    .map(
      ({ address, name, space, ready }) =>
        `-A KUBE-SERVICES -d ${address}/32 -p tcp -m comment --comment "${space}/${name}:http ${ready ? 'cluster IP' : 'has no endpoints'}" -m tcp --dport 80 -j X`,
    )
    .join('\n');

function byNft(all: Service[]): string {
  const map = (name: string, elements: string[]) =>
    `table ip kube-proxy {\n\tmap ${name} {\n\t\telements = { ${elements.join(',\n\t\t\t     ')} }\n\t}\n}\n`;
  const of = (ready: boolean) => all.filter((one) => one.ready === ready);
  return [
    `table ip kube-proxy {\n\tset cluster-ips {\n\t\telements = { ${all.map(({ address }) => address).join(', ')} }\n\t}\n}\n`,
    map(
      'service-ips',
      of(true).map((s) => `${s.address} . tcp . 80 : goto service-2QRHZV4L-${s.space}/${s.name}/tcp/http`),
    ),
    map(
      'no-endpoint-services',
      of(false).map((s) => `${s.address} . tcp . 80 comment "${s.space}/${s.name}:http" : goto reject-chain`),
    ),
  ].join('');
}

const linesOf = (all: Service[]) =>
  all.map(({ address, name, space }) => `${address} ${name}.${space}`).sort();

describe.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('reads the same services from iptables and from nftables', async ({ box }) => {
    box.file('/iptables', `= iptables\n${IPTABLES}`);
    box.file('/nft', NFT);
    const read = `${names}\ndns_table <"$FIREAXE_ROOT/iptables"; dns_table <"$FIREAXE_ROOT/nft"`;
    const { stdout, stderr } = await box.run(read, shell);
    expect(stderr).toBe('');
    expect(stdout.trim().split('\n')).toEqual([
      ...SERVICES,
      '= nft 0 iptables 6 differ 0 cut 0',
      ...SERVICES,
      '= nft 6 iptables 0 differ 0 cut 0',
    ]);
  });

  test('takes the address of nftables where rules of iptables were left, and counts the difference', async ({
    box,
  }) => {
    box.file(
      '/both',
      `${NFT}= iptables\n${IPTABLES.replaceAll('10.96.250.45', '10.96.9.9')}\n${byIptables([{ name: 'old', space: 'default', address: '10.96.7.7', ready: true }])}\n`,
    );
    const { stdout } = await box.run(`${names}\ndns_table <"$FIREAXE_ROOT/both"`, shell);
    expect(stdout.trim().split('\n')).toEqual(
      [...SERVICES, '10.96.7.7 old.default', '= nft 6 iptables 1 differ 1 cut 0'].sort(),
    );
  });

  test('reads every service that kube-proxy writes, and nothing else', async ({ box }) => {
    // One shell for all of them: each table ends with its line of counts.
    const cases = fc.sample(services, { numRuns: 25, seed: 16 });
    const texts = cases.flatMap((all) => [`= iptables\n${byIptables(all)}\n`, byNft(all)]);
    for (const [i, text] of texts.entries()) box.file(`/rules-${i}`, text);
    const each = `${names}\nset +f; n=0; while [ $n -lt ${texts.length} ]; do dns_table <"$FIREAXE_ROOT/rules-$n"; n=$((n + 1)); done`;
    const { stdout } = await box.run(each, shell);
    const tables = stdout.split(/^= nft .*\n/m).slice(0, -1);
    expect(tables.map((text) => text.split('\n').filter(Boolean))).toEqual(
      cases.flatMap((all) => [linesOf(all), linesOf(all)]),
    );
  });

  test('reads 3,000 services with three ports each, and compares the kit with them', async ({ box }) => {
    const all = Array.from(
      { length: 3000 },
      (_, i): Service => ({
        name: `service-${i}`,
        space: `team-${i % 40}`,
        address: `10.${100 + (i >> 8)}.${i & 255}.7`,
        ready: i % 10 > 0,
      }),
    );
    const ports = (text: string) =>
      ['http', 'grpc', 'metrics'].map((port) => text.replaceAll(':http ', `:${port} `));
    // One that moved, one that is gone since.
    const kit = [...linesOf(all.slice(2)), '10.9.9.9 service-0.team-0', '10.9.9.8 gone.team-0'].join('\n');
    box.file('/iptables', `= iptables\n${ports(byIptables(all)).join('\n')}\n= kit\n${kit}\n`);
    box.file('/nft', `${byNft(all)}= iptables\n= kit\n${kit}\n`);
    box.file('/none', `= iptables\n= kit\n${kit}\n`);
    const read = `${names}\nfor f in iptables nft none; do dns_table <"$FIREAXE_ROOT/$f"; done`;
    const { stdout, stderr } = await box.run(read, shell);
    expect(stderr).toBe('');
    const tables = stdout.split(/^(= nft .*)\n/m);
    expect(tables[0]!.trim().split('\n')).toEqual(linesOf(all));
    expect(tables[2]).toBe(tables[0]);
    expect(tables[4]!.trim().split('\n')).toEqual(kit.split('\n').sort());
    expect([tables[1], tables[3], tables[5]]).toEqual([
      '= nft 0 iptables 3000 differ 0 cut 0 kit 0 moved 1 absent 1',
      '= nft 3000 iptables 0 differ 0 cut 0 kit 0 moved 1 absent 1',
      '= nft 0 iptables 0 differ 0 cut 0 kit 3000 moved 0 absent 0',
    ]);
  });

  test('takes nothing of the kit for the whole truth where the addresses of IPVS are there and cannot be read', async ({
    box,
  }) => {
    box.file('/ipvs/sys/class/net/kube-ipvs0/x', '');
    const ask = (root: string, has: string, code: number) =>
      `FX_P=/bin FX_ROOT="$FIREAXE_ROOT/${root}"; fx_has() { [ "$1" = ${has} ]; }; within() { return ${code}; }; dns_names "$KIT" | tail -n 1`;
    const asked = [
      ['ipvs', 'ip', 0],
      ['none', 'none', 0],
      ['none', 'ip', 1],
      ['none', 'ip', 124],
      ['ipvs', 'none', 0],
      ['ipvs', 'ip', 1],
    ] as const;
    const { stdout } = await box.run(
      `${names}\nKIT='# 2026-11-20T10:00:00.000Z\n10.96.0.1 kubernetes.default'\n${asked.map(([root, has, code]) => ask(root, has, code)).join('\n')}`,
      shell,
    );
    expect(stdout.match(/cut \d/g)).toEqual(['cut 0', 'cut 0', 'cut 0', 'cut 1', 'cut 1', 'cut 1']);
  });

  test("leaves out the hold's own names, by whatever source", async ({ box }) => {
    const own = ['cache', 'hold'].map(
      (name, i): Service => ({ name, space: 'fireaxe', address: `10.0.0.${i + 1}`, ready: true }),
    );
    box.file(
      '/own',
      `= iptables\n${byIptables(own)}\n= kit\n10.0.0.1 cache.fireaxe\n10.0.0.2 hold.fireaxe\n`,
    );
    const { stdout } = await box.run(`${names}\ndns_table <"$FIREAXE_ROOT/own"`, shell);
    expect(stdout).toBe('= nft 0 iptables 0 differ 0 cut 0 kit 0 moved 0 absent 0\n');
  });
});
