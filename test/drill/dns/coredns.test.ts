import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { COREFILE, hostsOf } from '../../../src/drill/dns/corefile.ts';
import { digTool } from '../../../src/drill/dns/dig.ts';
import { fullName, SERVICES } from '../../../src/drill/dns/names.ts';
import { proxyRules } from '../../../src/drill/dns/proxy-rules.ts';
import { compose } from '../../../src/node/compose.ts';
import { library } from '../../../src/node/lib/index.ts';

/** What a fragment of the node scripts makes of a text. */
const shell = (fragment: string, call: string, input: string) =>
  execFileSync('/bin/sh', ['-c', `${compose([fragment], library)}\n${call}`], { input, encoding: 'utf8' });

test('the proxy rules tell a node script every service of the lab', () => {
  const told = shell('dns/names', '{ echo "= iptables"; cat; } | dns_table', proxyRules());
  const names = SERVICES.map(({ name, address }) => `${address} ${name}`).sort();
  expect(told.trim().split('\n')).toEqual([...names, `= nft 0 iptables ${names.length} differ 0 cut 0`]);
});

test('CoreDNS reads the table that a node script puts into the Corefile, and none in its own', () => {
  const held = shell(
    'dns/corefile',
    'corefile_with cluster.local /dev/fd/3 3<<E\n10.96.0.1 kubernetes.default\nE',
    COREFILE,
  );
  expect([...hostsOf(held)]).toEqual([fullName('kubernetes.default')]);
  expect(hostsOf(COREFILE).size).toBe(0);
});

test.each(['NOERROR', 'NXDOMAIN', 'SERVFAIL', undefined] as const)(
  'dig prints %s as a node script reads it',
  async (code) => {
    const dig = digTool((server) => (server === '10.244.0.53' ? code : 'NOERROR'));
    const { stdout } = await dig(['+time=2', '@10.244.0.53', fullName('cart.shop'), 'A'], () => '', {
      cwd: '/',
    });
    const said = shell(
      'dns/ask',
      'dig() { cat; }; within() { shift; "$@"; }; DN_BY=dig; dns_ask a b',
      stdout,
    );
    expect(said.trim()).toBe(code ?? 'no-answer');
  },
);
