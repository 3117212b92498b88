import { rmSync } from 'node:fs';
import { expect, it } from 'vitest';
import { openKit } from '../../src/kit/open.ts';
import { targetsOf } from '../../src/kit/targets.ts';
import { fleetOf, KIT_YAML, makeKit, NODES } from './make-kit.ts';

const opened = async (yaml: string, nodes: object[] = NODES) => {
  const path = makeKit({
    'kit.yaml': yaml,
    'fleet/c1.json': JSON.stringify(fleetOf(nodes)),
    'keys/of-jump-cert.pub': 'x',
    'keys/other-cert.pub': 'x',
  });
  try {
    const { c1 } = (await openKit(path)).clusters;
    return targetsOf(c1!).map(({ name, ssh }) => ({ name, ...ssh, path }));
  } finally {
    rmSync(path, { recursive: true });
  }
};

it('a host key goes by the name that the node or the cluster says', async () => {
  const yaml = KIT_YAML.replace(
    'ssh: { user: core,',
    "ssh: { user: core, jump: b1, hostKeyAlias: '{name}.example.com',",
  ).replace('203.0.113.5', '203.0.113.5, hostKeyAlias: door');
  const nodes = NODES.map((node) => (node.name === 'n1' ? { ...node, hostKeyAlias: 'web-1' } : node));
  const logins = await opened(yaml, nodes);
  expect(Object.fromEntries(logins.map(({ name, hostKeyAlias }) => [name, hostKeyAlias]))).toEqual({
    'cp-1': 'cp-1.example.com',
    n1: 'web-1',
    n2: 'n2.example.com',
  });
  expect(logins[0]!.jump).toMatchObject({ hostKeyAlias: 'door' });
  expect((await opened(KIT_YAML))[0]).not.toHaveProperty('hostKeyAlias');
});

it.each(['-oProxyCommand=x', 'a b', '{other}', ''])('refuses the alias %j', async (alias) => {
  const yaml = KIT_YAML.replace('user: core,', `user: core, hostKeyAlias: ${JSON.stringify(alias)},`);
  await expect(opened(yaml)).rejects.toThrow(/host name/);
});

it('a bastion with a key of its own does not get the certificate of the cluster', async () => {
  const yaml = (bastion: string) =>
    KIT_YAML.replace(
      'identity: keys/id',
      'identity: keys/id, certificate: keys/other-cert.pub, jump: b1',
    ).replace('203.0.113.5', `203.0.113.5${bastion}`);
  const certificates = async (bastion: string) => {
    const [login] = await opened(yaml(bastion));
    const inKit = (file: string | undefined) => file?.replace(`${login!.path}/`, '');
    return [inKit(login!.certificate), inKit(login!.jump?.certificate)];
  };
  const own = 'keys/other-cert.pub';
  expect(await certificates('')).toEqual([own, own]);
  expect(await certificates(', identity: keys/id')).toEqual([own, undefined]);
  expect(await certificates(', certificate: keys/of-jump-cert.pub')).toEqual([own, 'keys/of-jump-cert.pub']);
});
