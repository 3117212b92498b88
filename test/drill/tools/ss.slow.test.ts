import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SimulatedNode } from '../../../src/drill/node/node.ts';
import type { LabConnection } from '../../../src/drill/types.ts';
import { sh, type TestLab, testLab } from '../node/lab.ts';

let lab: TestLab;
let server: SimulatedNode;
let closed: number[];
beforeEach(async () => {
  lab = await testLab();
  closed = [];
  server = await lab.node({ address: '10.0.0.1' });
  const clients = [
    await lab.node({ address: '10.0.1.5' }),
    await lab.node({ address: '10.0.2.6' }),
    await lab.node({ address: 'fd00::7' }),
  ];
  for (const [i, from] of [...clients, server].entries()) {
    const connection: LabConnection = {
      from,
      to: server,
      fromPort: 40_001 + i,
      toPort: 6443,
      close() {
        closed.push(this.fromPort);
        lab.network.untrack(this);
      },
    };
    lab.network.track(connection);
  }
});
afterEach(() => lab.close());

const peers = async (args: string) => {
  const { stdout, stderr, code } = await sh(server, `ss ${args}`);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => Number(line.trim().replace(/.*:/, '')));
};

test('prints as ss does, with a state column only where no one state was asked for', async () => {
  expect((await sh(server, "ss -Htn state established '( sport = :6443 )' dst 10.0.1.5")).stdout).toBe(
    '0      0      10.0.0.1:6443 10.0.1.5:40001\n',
  );
  expect((await sh(server, 'ss -tn dst 10.0.1.5')).stdout).toBe(
    'State  Recv-Q Send-Q Local Address:Port Peer Address:Port Process\nESTAB  0      0      10.0.0.1:6443      10.0.1.5:40001\n',
  );
});

test.each([
  ["state established '( sport = :6443 )'", [40_001, 40_002, 40_003, 40_004]],
  ["state established '( dport = :6443 )'", [6443]],
  ['dst 10.0.1.0/24', [40_001]],
  ['dst 10.0.1.5:40001', [40_001]],
  ["dst '[fd00::7]'", [40_003]],
  ["dst '[fd00::]/64'", [40_003]],
  [
    "'( sport = :6443 ) and not ( dst 127.0.0.0/8 or dst [::1] or dst 10.0.0.1 or dst 10.0.1.5 or dst [fd00::]/64 )'",
    [40_002],
  ],
  ["'sport = :6443 and ( dst 10.0.1.5 or dst 10.0.2.6 )'", [40_001, 40_002]],
  ["'!( dst 10.0.0.0/16 )'", [40_003]],
  ["'dport >= :40003'", [40_003, 40_004]],
  ['-6', [40_003]],
  ['state time-wait', []],
  ['-l', []],
])('ss -Htn %s', async (args, expected) => {
  expect((await peers(`-Htn ${args}`)).sort()).toEqual(expected);
});

test('closes what matches, and nothing else', async () => {
  expect(await peers("-K -Htn state established '( sport = :6443 ) and not ( dst 10.0.1.5 )'")).toHaveLength(
    3,
  );
  expect(closed.sort()).toEqual([40_002, 40_003, 40_004]);
  expect(await peers('-Htn state established')).toEqual([40_001]);
});

test.each([
  [
    "state established '( sport = :foo )'",
    1,
    'Error: "foo" does not look like a port.\nCannot parse dst/src address.\n',
  ],
  ['frob', 1, 'Error: an inet prefix is expected rather than "frob".\nCannot parse dst/src address.\n'],
  ['state bogus', 255, 'ss: wrong state name: bogus\n'],
  ["'( sport = :6443'", 1, 'ss: bison bellows (while parsing filter): "syntax error!"\n'],
  ['--frob', 255, "ss: unrecognized option '--frob'\n"],
])('refuses ss -Htn %s', async (args, code, stderr) => {
  expect(await sh(server, `ss -Htn ${args}`)).toMatchObject({ code, stdout: '', stderr });
});
