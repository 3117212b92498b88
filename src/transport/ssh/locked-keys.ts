import { readFile } from 'node:fs/promises';
import { agentWith } from './agent.ts';
import { readKeyFile } from './key-file.ts';
import { loadSsh2 } from './ssh2.ts';

/** The key files among these that need a passphrase: locked, and not in the agent. */
export async function lockedKeys(paths: readonly string[], agent: string | undefined): Promise<string[]> {
  const judged = await Promise.all(
    paths.map(async (path) => {
      // A file that cannot be read is reported where it is used.
      const file = await readKeyFile(path).catch(() => undefined);
      if (!file?.locked) return [];
      const held =
        agent !== undefined && file.public && (await agentWith(await loadSsh2(), agent, file.public));
      return held ? [] : [path];
    }),
  );
  return judged.flat();
}

/** Why a passphrase does not decrypt a key; undefined when it does. */
export async function whyNotOpened(path: string, passphrase: string): Promise<string | undefined> {
  const { utils } = await loadSsh2();
  const parsed = utils.parseKey(await readFile(path), passphrase);
  return parsed instanceof Error ? parsed.message : undefined;
}
