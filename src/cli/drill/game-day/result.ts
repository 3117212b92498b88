import type { RunVerdict } from '../../../run/types.ts';
import { EXIT, exitCodeOfVerdict } from '../../exit-codes.ts';
import type { GameScore } from './score.ts';

/** What a drill comes to. */
export interface GameResult {
  recovered: boolean;
  /** The same in words: yes or no, and why. */
  text: string;
  exit: number;
}

/** Recovered is what the playbook brought to its end, with a control plane that is well and no flood left. */
export function resultOf(
  { well, broken }: Pick<GameScore, 'well' | 'broken'>,
  { calls, left }: { calls: number; left: readonly string[] },
  playbook: RunVerdict['state'] | undefined,
): GameResult {
  const no = (text: string, exit: number = EXIT.targets) => ({ recovered: false, text, exit });
  const untested = calls === 0 && left.length === 0 ? no('not tested: the flood made no call') : undefined;
  if (playbook === undefined) return untested ?? no('no: the playbook did not begin');
  if (playbook !== 'done' && playbook !== 'recovered')
    return no(`no: the playbook ended ${playbook}`, exitCodeOfVerdict(playbook));
  if (!well) return no('no');
  if (left.length > 0) return no('no: the flood was not ended on every node');
  if (untested) return untested;
  const text = broken === null ? 'yes: the flood did not break it' : 'yes';
  return { recovered: true, text, exit: EXIT.done };
}
