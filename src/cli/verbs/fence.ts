import { given, runAction } from '../action-verb.ts';
import { changeOptions, collect, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineCommand } from '../types.ts';

export default defineCommand({
  name: 'fence',
  summary: 'Keep API clients away from the API servers, on the control-plane hosts themselves',
  examples: [
    'fireaxe fence -c prod-1 --reason INC-42 --dry-run',
    'fireaxe fence -c prod-1 --reason INC-42 --confirm "prod-1 3"',
    'fireaxe fence -c prod-1 --allow 10.0.9.0/24 --timer 5m --reason INC-42',
    'fireaxe readmit -c prod-1 --batch 10% --reason INC-42   # let clients back in at a pace',
    'fireaxe undo last                                       # open at once',
  ],
  danger: 'severe',
  configure: (command) => {
    command
      .option('--allow <address>', 'a client that stays, besides the control plane (repeatable)', collect)
      .option(
        '--timer <duration>',
        'a host takes the fence back by itself after this time unless it is kept (default 3m)',
      )
      .option('--rate <N>', 'new connections a second that readmitted clients may open at each server');
    changeOptions(waveOptions(paceOptions(targetOptions(command))));
  },
  run: (_args, flags, io) =>
    runAction(flags, io, {
      action: 'fence',
      params: given(flags, { allow: 'allow', timer: 'timer', rate: 'rate' }),
      anywhere: 'role=control-plane',
    }),
});
