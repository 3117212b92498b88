import { given, runAction } from '../action-verb.ts';
import { value, values } from '../option.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'cordon',
  summary: 'Keep new user traffic away from nodes; connections that run may finish',
  examples: [
    'fireaxe cordon -c prod-1 -l zone=a --port 443 --reason INC-42',
    'fireaxe cordon -c prod-1 -l role=worker --canary 1 --reason INC-42',
    'fireaxe undo last',
  ],
  danger: 'change',
  options: {
    port: values(
      '--port <port>',
      'a port or range that takes no new connections (repeatable; default 10256 and 30000-32767)',
    ),
    timer: value(
      '--timer <duration>',
      'a host takes it back by itself after this time unless it is kept (default 3m)',
    ),
    ...targetOptions,
    ...paceOptions,
    ...waveOptions,
    ...changeOptions,
  },
  run: (_args, flags, io) =>
    runAction(flags, io, { action: 'cordon', params: given(flags, { port: 'ports', timer: 'timer' }) }),
});
