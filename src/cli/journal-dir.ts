import { readFile, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { kitPath } from '../kit/locate.ts';
import { openKit } from '../kit/open.ts';
import { stateDir } from '../kit/state-dir.ts';
import { parseYaml } from '../kit/yaml-file.ts';
import type { Flags } from './context.ts';
import type { CliIo } from './types.ts';

/**
 * The directory of the runs, from kit.yaml alone: journals must stay readable when a fleet file, a key
 * or a permission of the kit is broken.
 */
export async function journalDir(flags: Flags, io: CliIo, note: (line: string) => void): Promise<string> {
  const named = kitPath(flags.kit, io.env);
  if (io.env.FIREAXE_STATE_DIR) return stateDir(undefined, io.env);
  const kit = await realpath(named).catch(() => named);
  const file = join(kit, 'kit.yaml');
  const yaml = await readFile(file, 'utf8').catch(() => undefined);
  if (yaml === undefined) {
    // A kit that was named but does not exist is an error: runs of another kit would mislead.
    if (flags.kit ?? io.env.FIREAXE_KIT) await openKit(named);
    return stateDir(undefined, io.env);
  }
  const { state, problem } = await stateOf(yaml, file);
  const directory = stateDir(state === undefined ? undefined : { stateDir: resolve(kit, state) }, io.env);
  if (problem) note(`warning: ${problem}; reading runs from ${directory}`);
  return directory;
}

async function stateOf(yaml: string, file: string): Promise<{ state?: string; problem?: string }> {
  try {
    const { value } = await parseYaml(yaml, file);
    const state = (value as { state?: unknown } | null)?.state;
    return typeof state === 'string' ? { state } : {};
  } catch (error) {
    // The file is broken, but its state line may be intact.
    const line = /^state:[ \t]+(["']?)(\S[^"'\n#]*?)\1[ \t]*(?:#.*)?\r?$/m.exec(yaml);
    return { ...(line ? { state: line[2]! } : {}), problem: `${file}: ${(error as Error).message}` };
  }
}
