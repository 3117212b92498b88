import { execFile } from 'node:child_process';
import type { ClusterKit, Target } from '../../kit/types.ts';
import { type Command, commandParts } from './command.ts';
import type { Places } from './places.ts';
import { scriptsOf } from './scripts.ts';
import { joined, type Need, type Parts } from './types.ts';
import { wordsOf } from './words.ts';

const MEND = 'use a bastion outside of every cluster, by its address';
const SSH_MS = 5_000;

/** The bastions of a cluster, as far as its nodes use them. */
export function bastionNeeds({ name, ssh, bastions, fleet }: ClusterKit): Need[] {
  const used = new Set(fleet.nodes.map(({ jump = ssh.jump }) => jump));
  return Object.values(bastions)
    .filter((bastion) => used.has(bastion.name))
    .map(({ name: bastion, address }) => ({
      clusters: [name],
      chain: [`bastion ${bastion}`],
      host: address,
      mend: `${MEND}: bastions.${bastion}.address in kit.yaml`,
    }));
}

/** What ssh(1) does on its way to these nodes by the kit's ssh_config: hops, names and commands. */
export async function sshConfigParts(
  cluster: string,
  targets: readonly Target[],
  file: string,
  {
    env,
    places,
    settings = settingsOf,
  }: { env: { PATH?: string | undefined }; places: Places; settings?: typeof settingsOf },
): Promise<Parts> {
  const clusters = [cluster];
  const parts: Parts[] = [];
  for (const { address } of targets) {
    const of = await settings(file, address);
    const to = ['ssh_config'];
    for (const hop of (of.proxyjump ?? 'none').split(',').filter((one) => one !== 'none')) {
      const host = hop
        .replace(/^ssh:\/\//, '')
        .replace(/^.*@/, '')
        .replace(/^\[|\]?(:\d+)?$/g, '');
      const end = (await settings(file, host)).hostname ?? host;
      const chain = [...to, `ProxyJump ${hop}`, ...(end === host ? [] : [`HostName ${end}`])];
      parts.push({ needs: [{ clusters, chain, host: end, mend: MEND }], faults: [] });
    }
    const { proxycommand: text = 'none' } = of;
    if (text !== 'none')
      parts.push(await commandOf(text, [...to, `ProxyCommand ${wordsOf(text)[0]}`], clusters, env, places));
    // The address of the node comes from the kit, unless the file has another one.
    const { hostname = address } = of;
    if (hostname !== address)
      parts.push({
        needs: [
          {
            clusters,
            chain: [...to, `HostName ${hostname}`],
            host: hostname,
            mend: 'take HostName out of the ssh_config',
          },
        ],
        faults: [],
      });
  }
  return joined(parts);
}

async function commandOf(
  text: string,
  chain: string[],
  clusters: string[],
  env: { PATH?: string | undefined },
  places: Places,
): Promise<Parts> {
  const words = wordsOf(text);
  const command: Command = {
    clusters,
    chain,
    words,
    scripts: await scriptsOf(words, env.PATH ?? ''),
    mend: MEND,
  };
  return commandParts(command, places);
}

/** The settings that ssh(1) would use for a host; none where it cannot tell. */
export function settingsOf(file: string, host: string): Promise<Record<string, string>> {
  return new Promise((resolve) => {
    execFile(
      'ssh',
      ['-F', file, '-G', '--', host],
      { timeout: SSH_MS, encoding: 'utf8' },
      (error, stdout) => {
        const settings: Record<string, string> = {};
        for (const [, key, value] of error ? [] : stdout.matchAll(/^(\S+) (.*)$/gm)) settings[key!] = value!;
        resolve(settings);
      },
    );
  });
}
