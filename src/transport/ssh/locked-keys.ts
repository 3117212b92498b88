import { readFile } from 'node:fs/promises';
import { agentWith } from './agent.ts';
import { readKeyFile } from './key-file.ts';
import { loadSsh2 } from './ssh2.ts';

/** Those of these key files that nobody can use without a pass phrase: locked, and not in the agent. */
export async function lockedKeys(paths: readonly string[], agent: string | undefined): Promise<string[]> {
  const judged = await Promise.all(
    paths.map(async (path) => {
      // A file that cannot be read is told where it is used.
      const file = await readKeyFile(path).catch(() => undefined);
      if (!file?.locked) return [];
      const held =
        agent !== undefined && file.public && (await agentWith(await loadSsh2(), agent, file.public));
      return held ? [] : [path];
    }),
  );
  return judged.flat();
}

/** Why a pass phrase does not open a key; undefined when it does. */
export async function whyNotOpened(path: string, phrase: string): Promise<string | undefined> {
  const { utils } = await loadSsh2();
  const parsed = utils.parseKey(await readFile(path), phrase);
  return parsed instanceof Error ? parsed.message : undefined;
}
