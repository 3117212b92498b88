import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFirewall } from '../../../../src/drill/tools/nft/firewall.ts';
import { createNft } from '../../../../src/drill/tools/nft/nft.ts';
import type { ToolAnswer } from '../../../../src/drill/types.ts';

const golden = (end: string) => readFileSync(new URL(`golden.${end}`, import.meta.url), 'utf8');

function machine() {
  let now = 1_000_000;
  const firewall = createFirewall(() => now);
  const tool = createNft(firewall);
  const nft = (argv: string[], stdin = '') => tool(argv, () => stdin, { cwd: '/' }) as ToolAnswer;
  return {
    firewall,
    nft,
    load: (text: string) => nft(['-f', '-'], text),
    ruleset: () => nft(['list', 'ruleset']).stdout,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

const OK = { code: 0, stdout: '', stderr: '' };

test('lists a ruleset as nft 1.0.6 lists it', () => {
  const { load, ruleset } = machine();
  expect(load(golden('nft'))).toEqual(OK);
  expect(ruleset()).toBe(golden('out'));
});

test('loads its own listing unchanged', () => {
  const { load, ruleset } = machine();
  expect(load(golden('out'))).toEqual(OK);
  expect(ruleset()).toBe(golden('out'));
});

test('a file is one transaction: an error in its last line leaves nothing of it', () => {
  const { load, ruleset } = machine();
  load('table inet a { chain c { accept; } }');
  const before = ruleset();
  const answer = load('delete table inet a\ntable inet b { }\ndelete table inet nope\n');
  expect(answer).toEqual({
    code: 1,
    stdout: '',
    stderr:
      '/dev/stdin:3:19-22: Error: Could not process rule: No such file or directory\ndelete table inet nope\n                  ^^^^\n',
  });
  expect(ruleset()).toBe(before);
});

test('a check changes nothing and finds what loading would find', () => {
  const { nft, ruleset } = machine();
  expect(nft(['-c', '-f', '-'], 'table inet a { chain c { accept; } }')).toEqual(OK);
  expect(ruleset()).toBe('');
  expect(nft(['-cf', '-'], 'add rule inet a c accept').code).toBe(1);
});

test.each([
  ['list table inet nope', 'Error: No such file or directory\nlist table inet nope\n                ^^^^\n'],
  [
    'delete table inet nope',
    'Error: Could not process rule: No such file or directory\ndelete table inet nope\n                  ^^^^\n',
  ],
  ['frob', 'Error: syntax error, unexpected frob\nfrob\n^^^^\n'],
  ['add rule inet t c tcp dport 99999 drop', /^Error: Service out of range\n/],
  ['add rule inet t c ip saddr fd00::1 drop', /^Error: Could not resolve hostname: Address family/],
  ['add rule inet t c ip saddr @nope drop', /^Error: No such file or directory\n/],
  ['add rule inet t c tcp dport @s drop', /^Error: datatype mismatch/],
  ['add rule inet t c jump nope', /No such file or directory/],
  ['add rule inet t c accept drop', /terminal statement/],
  ['add rule inet t c fib daddr type local', /syntax error/],
  ['add element inet t s { 10.0.0.0/24 }', /flags interval/],
  ['add element inet t i { 10.0.0.3-10.0.0.9, 10.0.0.5-10.0.0.20 }', /interval overlaps/],
  ['delete element inet t s { 1.1.1.1 }', /No such file or directory/],
  ['delete set inet t used', /Device or resource busy/],
  ['create table inet t', /File exists/],
  ['destroy table inet t', /syntax error/],
])('refuses: %s', (command, stderr) => {
  const { load, nft, ruleset } = machine();
  load(`table inet t {
    set s { type ipv4_addr; }
    set i { type ipv4_addr; flags interval; }
    set used { type ipv4_addr; }
    chain c { ip saddr @used accept; }
  }`);
  const before = ruleset();
  const answer = nft(command.split(' '));
  expect(answer).toMatchObject({ code: 1, stdout: '' });
  if (typeof stderr === 'string') expect(answer.stderr).toBe(stderr);
  else expect(answer.stderr).toMatch(stderr);
  expect(ruleset()).toBe(before);
});

test('adds and removes elements, splitting ranges where they merge', () => {
  const { nft } = machine();
  nft(['add', 'table', 'inet', 't']);
  nft(['add', 'set', 'inet', 't', 's', '{ type ipv4_addr; flags interval; auto-merge; }']);
  expect(nft(['add', 'element', 'inet', 't', 's', '{ 10.0.0.0/24, 10.0.1.0/24 }'])).toEqual(OK);
  expect(nft(['delete', 'element', 'inet', 't', 's', '{ 10.0.0.7 }'])).toEqual(OK);
  expect(nft(['list', 'set', 'inet', 't', 's']).stdout).toContain('10.0.0.0-10.0.0.6, 10.0.0.8-10.0.1.255');
  expect(nft(['get', 'element', 'inet', 't', 's', '{ 10.0.0.9 }']).code).toBe(0);
  expect(nft(['get', 'element', 'inet', 't', 's', '{ 10.0.0.7 }']).code).toBe(1);
});

test('rules have handles, by which one is deleted', () => {
  const { nft, load } = machine();
  load('table inet t { chain c { tcp dport 1 drop; tcp dport 2 drop; } }');
  const listing = nft(['-a', 'list', 'chain', 'inet', 't', 'c']).stdout;
  const handle = /dport 1 drop # handle (\d+)/.exec(listing)![1]!;
  expect(nft(['delete', 'rule', 'inet', 't', 'c', 'handle', handle])).toEqual(OK);
  expect(nft(['list', 'chain', 'inet', 't', 'c']).stdout).not.toContain('dport 1 ');
});

test('elements with a time limit go by themselves', () => {
  const { load, nft, pass } = machine();
  load(
    'table inet t { set s { type ipv4_addr; flags timeout; elements = { 10.0.0.1 timeout 5s, 10.0.0.2 } } }',
  );
  expect(nft(['list', 'set', 'inet', 't', 's']).stdout).toContain('10.0.0.1 timeout 5s expires 5s, 10.0.0.2');
  pass(6000);
  expect(nft(['list', 'set', 'inet', 't', 's']).stdout).toContain('elements = { 10.0.0.2 }');
});

// Every table that can be written in the subset: printed, read and printed again, it is the same text.
const address = fc.ipV4();
const prefix = fc.tuple(address, fc.integer({ min: 1, max: 32 })).map(([ip, length]) => `${ip}/${length}`);
const port = fc.integer({ min: 0, max: 65_535 }).map(String);
const some = (one: fc.Arbitrary<string>) =>
  fc.array(one, { minLength: 1, maxLength: 6 }).map((all) => `{ ${all.join(', ')} }`);
const equal = fc.constantFrom('', '!= ');
const matcher = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('saddr', 'daddr'),
      equal,
      fc.oneof(address, prefix, some(prefix), fc.constant('@s')),
    )
    .map(([side, not, value]) => `ip ${side} ${not}${value}`),
  fc.tuple(equal, fc.oneof(port, some(port))).map(([not, value]) => `tcp dport ${not}${value}`),
  fc.tuple(equal, fc.ipV6()).map(([not, value]) => `ip6 saddr ${not}${value}`),
  fc.constantFrom(
    'iif lo',
    'oifname "eth*"',
    'ct state new,established',
    'ct state { new, related }',
    'meta l4proto tcp',
  ),
  fc.integer({ min: 1, max: 99 }).map((rate) => `limit rate over ${rate}/minute burst ${rate + 1} packets`),
  fc.constant('counter'),
);
const verdict = fc.constantFrom(
  'accept',
  'drop',
  'return',
  'jump sub',
  'goto sub',
  'reject with tcp reset',
  'reject with icmpx admin-prohibited',
);
const rule = fc
  .tuple(fc.array(matcher, { maxLength: 3 }), verdict, fc.constantFrom('', ' comment "why not; { }"'))
  .map(([matches, end, comment]) => `${[...matches, end].join(' ')}${comment}`);
const table = fc
  .tuple(fc.array(prefix), fc.array(rule), fc.integer({ min: -400, max: 400 }))
  .map(([elements, rules, priority]) => {
    const list = elements.length > 0 ? `elements = { ${elements.join(', ')} }` : '';
    return `table inet t { set s { type ipv4_addr; flags interval; auto-merge; ${list} }
      chain sub { }
      chain c { type filter hook input priority ${priority};\n${rules.join('\n')}\n} }`;
  });

test('parsing restores what printing wrote', () => {
  fc.assert(
    fc.property(table, (text) => {
      const [first, second] = [machine(), machine()];
      expect(first.load(text)).toEqual(OK);
      expect(second.load(first.ruleset())).toEqual(OK);
      expect(second.ruleset()).toBe(first.ruleset());
    }),
  );
});

test('whatever it is given, it answers as a tool: no exception, and nothing of a refused text stays', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constantFrom(...golden('nft').split(/\s+/), '{', '}', ';', '\n'), fc.string())),
      (words) => {
        const { load, ruleset } = machine();
        const answer = load(words.join(' '));
        expect([0, 1]).toContain(answer.code);
        if (answer.code === 1) expect(ruleset()).toBe('');
      },
    ),
  );
});
