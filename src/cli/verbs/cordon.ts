import { usage } from '../../base/errors.ts';
import { given, runAction } from '../action-verb.ts';
import { changeOptions, collect, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineCommand } from '../types.ts';

export default defineCommand({
  name: 'cordon',
  summary: 'Keep new user traffic away from nodes; connections that run may finish',
  examples: [
    'fireaxe cordon -c prod-1 -l zone=a --port 443 --reason INC-42',
    'fireaxe cordon -c prod-1 -l role=worker --port 30000-32767 --canary 1 --reason INC-42',
    'fireaxe undo last',
  ],
  danger: 'change',
  configure: (command) => {
    command
      .option('--port <port>', 'a port or range that takes no new connections (repeatable)', collect)
      .option('--for <duration>', 'goes away by itself after this time unless it is kept');
    changeOptions(waveOptions(paceOptions(targetOptions(command))));
  },
  run(_args, flags, io) {
    if (flags.port === undefined) throw usage('which ports?', { place: '--port', next: 'add --port 443' });
    return runAction(flags, io, { action: 'cordon', params: given(flags, { port: 'ports', for: 'for' }) });
  },
});
