import { readFile, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { kitPath } from '../kit/locate.ts';
import { openKit } from '../kit/open.ts';
import { stateDir } from '../kit/state-dir.ts';
import { parseYaml } from '../kit/yaml-file.ts';
import type { Flags } from './context.ts';
import type { CliIo } from './types.ts';

/**
 * Where runs are kept, by kit.yaml alone: journals are read after the disaster, when a fleet file, a key
 * or a permission may be what broke.
 */
export async function journalDir(flags: Flags, io: CliIo, note: (line: string) => void): Promise<string> {
  const named = kitPath(flags.kit, io.env);
  if (io.env.FIREAXE_STATE_DIR) return stateDir(undefined, io.env);
  const kit = await realpath(named).catch(() => named);
  const file = join(kit, 'kit.yaml');
  const yaml = await readFile(file, 'utf8').catch(() => undefined);
  if (yaml === undefined) {
    // A kit that was named and is not there: runs of another place would be a surprise.
    if (flags.kit ?? io.env.FIREAXE_KIT) await openKit(named);
    return stateDir(undefined, io.env);
  }
  const { state, problem } = await stateOf(yaml, file);
  const directory = stateDir(state === undefined ? undefined : { stateDir: resolve(kit, state) }, io.env);
  if (problem) note(`warning: ${problem}; runs are looked for in ${directory}`);
  return directory;
}

async function stateOf(yaml: string, file: string): Promise<{ state?: string; problem?: string }> {
  try {
    const { value } = await parseYaml(yaml, file);
    const state = (value as { state?: unknown } | null)?.state;
    return typeof state === 'string' ? { state } : {};
  } catch (error) {
    // Broken in another line: this one may still be whole.
    const line = /^state:[ \t]+(["']?)(\S[^"'\n#]*?)\1[ \t]*(?:#.*)?\r?$/m.exec(yaml);
    return { ...(line ? { state: line[2]! } : {}), problem: `${file}: ${(error as Error).message}` };
  }
}
