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
  flood: { left: readonly string[] },
  playbook: RunVerdict['state'] | undefined,
): GameResult {
  const no = (why: string, exit: number = EXIT.targets) => ({
    recovered: false,
    text: why === '' ? 'no' : `no: ${why}`,
    exit,
  });
  if (playbook === undefined) return no('the playbook did not begin');
  if (playbook !== 'done' && playbook !== 'recovered')
    return no(`the playbook ended ${playbook}`, exitCodeOfVerdict(playbook));
  if (!well) return no('');
  if (flood.left.length > 0) return no('the flood was not ended on every node');
  const text = broken === null ? 'yes: the flood did not break it' : 'yes';
  return { recovered: true, text, exit: EXIT.done };
}
