import { expect, test } from 'vitest';
import { addressNumber } from '../../../../src/drill/tools/nft/addresses.ts';
import { createFirewall } from '../../../../src/drill/tools/nft/firewall.ts';
import type { Packet } from '../../../../src/drill/tools/nft/packet.ts';
import { parse } from '../../../../src/drill/tools/nft/parse.ts';

const LISTING = { handles: false, numeric: false, stateless: false, terse: false };

function machine(rules: string) {
  let now = 0;
  const firewall = createFirewall(() => now);
  firewall.transact(parse(rules), { ...LISTING, checkOnly: false });
  return {
    pass: (ms: number) => {
      now += ms;
    },
    list: () => firewall.transact(parse('list ruleset'), { ...LISTING, checkOnly: false }),
    send(from: string, port: number, more: Partial<Packet> = {}) {
      const six = from.includes(':');
      return firewall.verdict({
        family: six ? 6 : 4,
        saddr: addressNumber(from, six ? 'ipv6' : 'ipv4')!,
        daddr: addressNumber(six ? 'fd00::ffff' : '10.0.0.254', six ? 'ipv6' : 'ipv4')!,
        sport: 40_000,
        dport: port,
        state: 'new',
        hook: 'input',
        device: 'eth0',
        ...more,
      });
    },
  };
}

const chain = (rules: string, policy = 'accept') =>
  `table inet t {
    set allow { type ipv4_addr; flags interval; elements = { 10.1.0.0/16, 10.2.0.5 } }
    chain sub { tcp dport 7 return; tcp dport 8 drop; }
    chain input { type filter hook input priority -150; policy ${policy};\n${rules}\n}
  }`;

test('a fence: the allowed pass, the readmitted at a rate, the rest get a reset, other ports stay open', () => {
  const { send, pass } = machine(
    chain(`iif lo accept
      tcp dport != 6443 accept
      ip saddr @allow accept
      ip saddr 10.3.0.0/24 ct state established accept
      ip saddr 10.3.0.0/24 limit rate 2/second burst 2 packets accept
      ip saddr 10.3.0.0/24 drop
      counter reject with tcp reset`),
  );
  expect(send('10.9.9.9', 6443)).toBe('reject');
  expect(send('10.9.9.9', 22)).toBe('accept');
  expect(send('10.9.9.9', 6443, { device: 'lo' })).toBe('accept');
  expect(send('10.1.200.3', 6443)).toBe('accept');
  expect(send('10.2.0.5', 6443)).toBe('accept');
  expect(send('10.2.0.6', 6443)).toBe('reject');
  expect([1, 2, 3].map(() => send('10.3.0.1', 6443))).toEqual(['accept', 'accept', 'drop']);
  expect(send('10.3.0.1', 6443, { state: 'established' })).toBe('accept');
  pass(500);
  expect([1, 2].map(() => send('10.3.0.1', 6443))).toEqual(['accept', 'drop']);
});

test('a limit with `over` matches what exceeds it', () => {
  const { send, pass } = machine(chain('limit rate over 1/second burst 2 packets drop'));
  const three = () => [1, 2, 3].map(() => send('10.9.9.9', 1));
  expect(three()).toEqual(['accept', 'accept', 'drop']);
  pass(1000);
  expect(three()).toEqual(['accept', 'drop', 'drop']);
  pass(60_000);
  expect(three()).toEqual(['accept', 'accept', 'drop']);
});

test.each([
  ['tcp dport { 80, 443-445 } drop', 444, 'drop'],
  ['tcp dport { 80, 443-445 } drop', 446, 'accept'],
  ['tcp dport >= 1024 drop', 1024, 'drop'],
  ['tcp dport < 1024 drop', 1024, 'accept'],
  ['udp dport 53 drop', 53, 'accept'],
  ['meta l4proto udp drop', 53, 'accept'],
  ['meta l4proto { tcp, udp } drop', 53, 'drop'],
  ['iifname "eth*" drop', 1, 'drop'],
  ['oifname "eth*" drop', 1, 'accept'],
  ['ct state established,related drop', 1, 'accept'],
  ['ct state vmap { new : drop, established : accept }', 1, 'drop'],
  ['jump sub\n reject', 7, 'reject'],
  ['jump sub\n reject', 8, 'drop'],
  ['goto sub\n reject', 9, 'accept'],
  ['ip6 saddr != fd00::1 drop', 1, 'accept'],
  ['ip saddr != @allow drop', 1, 'drop'],
])('%s with port %i: %s', (rules, port, verdict) => {
  expect(machine(chain(rules)).send('10.9.9.9', port)).toBe(verdict);
});

test('IPv6 needs its own sets', () => {
  const { send } = machine(chain('ip6 saddr fd00:1::/64 accept\n ip saddr @allow accept', 'drop'));
  expect(send('fd00:1::7', 6443)).toBe('accept');
  expect(send('fd00:2::7', 6443)).toBe('drop');
});

test('across tables a drop is final and an accept is not, by priority', () => {
  const { send } = machine(`
    table inet early { chain c { type filter hook input priority -200; tcp dport 1 drop; tcp dport 2 accept; } }
    table ip late { chain c { type filter hook input priority 0; policy accept; tcp dport 2 reject; tcp dport 3 accept; } }
    table ip6 other { chain c { type filter hook input priority -300; policy drop; } }`);
  expect([1, 2, 3].map((port) => send('10.9.9.9', port))).toEqual(['drop', 'reject', 'accept']);
});

test('by cgroup, as deep as the level says', () => {
  const { send } = machine(
    'table inet t { chain o { type filter hook output priority -150; socket cgroupv2 level 2 "pods/one" reject with tcp reset; } }',
  );
  const out = (cgroup: string) => send('10.9.9.9', 6443, { hook: 'output', cgroup });
  expect(out('/pods/one/container')).toBe('reject');
  expect(out('/pods/two/container')).toBe('accept');
  expect(out('/pods')).toBe('accept');
});

test('counters count what reached them', () => {
  const { send, list } = machine(chain('tcp dport 6443 counter drop'));
  send('10.9.9.9', 6443);
  send('10.9.9.9', 6443);
  send('10.9.9.9', 22);
  expect(list()).toContain('tcp dport 6443 counter packets 2 bytes 120 drop');
});
