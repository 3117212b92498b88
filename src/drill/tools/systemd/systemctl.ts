import type { Tool, ToolAnswer } from '../../types.ts';
import { changeVerbs } from './change-verbs.ts';
import type { Systemd } from './manager.ts';
import { type Option, readOptions } from './options.ts';
import { readVerbs } from './read-verbs.ts';
import { UnitError } from './unit.ts';

const OPTIONS: Option[] = [
  { long: 'quiet', letter: 'q' },
  { long: 'no-pager' },
  { long: 'no-legend' },
  { long: 'plain' },
  { long: 'all', letter: 'a' },
  { long: 'full', letter: 'l' },
  { long: 'runtime' },
  { long: 'no-reload' },
  { long: 'now' },
  { long: 'value' },
  { long: 'no-block' },
  { long: 'no-ask-password' },
  { long: 'force', letter: 'f' },
  { long: 'version' },
  { long: 'property', letter: 'p', value: true },
  { long: 'type', letter: 't', value: true },
  { long: 'state', value: true },
  { long: 'signal', letter: 's', value: true },
  { long: 'kill-who', value: true },
  { long: 'kill-whom', value: true },
  { long: 'job-mode', value: true },
  { long: 'lines', letter: 'n', value: true },
  { long: 'output', letter: 'o', value: true },
];

/** Simulated systemctl, acting on a lab node's units. */
export function createSystemctl(systemd: Systemd): Tool {
  const verbs = { ...readVerbs(systemd), ...changeVerbs(systemd) };
  return async (argv): Promise<ToolAnswer> => {
    const options = readOptions(argv, OPTIONS);
    if (typeof options === 'string') return { code: 1, stdout: '', stderr: `systemctl: ${options}\n` };
    if (options.given.has('version'))
      return { code: 0, stdout: 'systemd 252 (252.39-1~deb12u1)\n', stderr: '' };
    const [name = 'list-units', ...words] = options.words;
    const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
    if (!verb) return { code: 1, stdout: '', stderr: `Unknown command verb ${name}.\n` };
    try {
      return await verb(words, options);
    } catch (error) {
      if (error instanceof UnitError) return { code: error.code, stdout: '', stderr: `${error.message}\n` };
      throw error;
    }
  };
}
