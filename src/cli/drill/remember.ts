import { recordDrill } from '../../doctor/drills.ts';
import type { LabStatus } from '../../drill/process/status.ts';
import { kitPath } from '../../kit/locate.ts';
import { journalDir } from '../journal-dir.ts';
import type { CliIo } from '../types.ts';
import type { DrillFlags } from './options.ts';

/** Keeps that a drill was played here, for doctor. Where it cannot be kept, the drill was worth it all the same. */
export async function remember(
  { kit, report: { recovered, score } }: LabStatus,
  flags: DrillFlags,
  io: CliIo,
  note: (line: string) => void,
): Promise<void> {
  try {
    // To practise by hand, the kit of the lab is named, which goes with it.
    const labs = kitPath(flags.kit, io.env) === kit;
    const env = labs ? { ...io.env, FIREAXE_KIT: undefined } : io.env;
    const state = await journalDir(labs ? { ...flags, kit: undefined } : flags, { ...io, env }, note);
    await recordDrill(state, { at: io.now().toISOString(), scenario: score.scenario, recovered });
  } catch (error) {
    note(`warning: the drill is not on record for fireaxe doctor: ${(error as Error).message}`);
  }
}
