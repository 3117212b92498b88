import { constants } from 'node:os';
import type { Systemd } from './manager.ts';
import { UnitError, withSuffix } from './unit.ts';
import { answer, type Verb } from './verb.ts';

/** The verbs that change something. */
export function changeVerbs(systemd: Systemd): Record<string, Verb> {
  /** All units are tried; the last failure's code is the answer's. */
  async function each(words: string[], act: (name: string) => Promise<string | undefined>) {
    let code = 0;
    let stderr = '';
    if (words.length === 0) return answer(1, '', 'Too few arguments.\n');
    for (const name of words.map((word) => withSuffix(word))) {
      try {
        const said = await act(name);
        if (said) stderr += said;
      } catch (error) {
        if (!(error instanceof UnitError)) throw error;
        code = error.code;
        stderr += `${error.message}\n`;
      }
    }
    return answer(code, '', stderr);
  }

  const start = async (name: string) => void (await systemd.start(name));
  const stop = async (name: string) => void (await systemd.stop(name));
  const restart = async (name: string) => {
    if (systemd.unit(name).active === 'active') await systemd.stop(name);
    await systemd.start(name);
  };

  return {
    start: (words, { given }) => {
      if (given.has('no-block')) void each(words, start);
      return given.has('no-block') ? answer(0) : each(words, start);
    },
    stop: (words, { given }) => {
      if (given.has('no-block')) void each(words, stop);
      return given.has('no-block') ? answer(0) : each(words, stop);
    },
    restart: (words) => each(words, async (name) => void (await restart(name))),
    'reload-or-restart': (words) => each(words, async (name) => void (await restart(name))),
    'try-restart': (words) =>
      each(words, async (name) => void (systemd.unit(name).active === 'active' && (await restart(name)))),
    kill: (words, options) => {
      const signal = signalOf(options.value('signal') ?? 'TERM');
      if (!signal) return answer(1, '', `Failed to parse signal string ${options.value('signal')}.\n`);
      return each(words, async (name) => {
        if (systemd.unit(name).loaded.loadState === 'not-found') {
          throw new UnitError(`Failed to kill unit ${name}: Unit ${name} not loaded.`);
        }
        systemd.kill(name, signal);
        return undefined;
      });
    },
    mask: (words, { given }) =>
      each(words, async (name) => {
        const known = systemd.files.load(name).loadState !== 'not-found';
        const mask = systemd.files.mask(name, given.has('runtime'));
        if ('problem' in mask) throw new UnitError(`Failed to mask unit: ${mask.problem}`);
        if (!given.has('no-reload')) systemd.reload();
        if (given.has('now')) await systemd.stop(name).catch(() => undefined);
        const unknown = known ? '' : `Unit ${name} does not exist, proceeding anyway.\n`;
        return mask.path ? `${unknown}Created symlink ${mask.path} → /dev/null.\n` : unknown;
      }),
    unmask: (words, { given }) =>
      each(words, async (name) => {
        const removed = systemd.files.unmask(name, given.has('runtime'));
        systemd.reload();
        return removed.map((path) => `Removed "${path}".\n`).join('');
      }),
    enable: (words, { given }) =>
      each(words, async (name) => {
        refuseAbsent(systemd, name, 'enable');
        const { path, changed } = systemd.files.setEnabled(name, true);
        if (given.has('now')) await systemd.start(name);
        return changed ? `Created symlink ${path} → ${systemd.files.load(name).fragmentPath}.\n` : undefined;
      }),
    disable: (words, { given }) =>
      each(words, async (name) => {
        refuseAbsent(systemd, name, 'disable');
        const { path, changed } = systemd.files.setEnabled(name, false);
        if (given.has('now')) await systemd.stop(name);
        return changed ? `Removed "${path}".\n` : undefined;
      }),
    'daemon-reload': () => {
      systemd.reload();
      return answer(0);
    },
    'reset-failed': (words) => {
      if (words.length === 0) systemd.resetFailed();
      for (const word of words) {
        const name = withSuffix(word);
        if (systemd.unit(name).loaded.loadState === 'not-found') {
          return answer(1, '', `Failed to reset failed state of unit ${name}: Unit ${name} not loaded.\n`);
        }
        systemd.resetFailed(name);
      }
      return answer(0);
    },
  };
}

function refuseAbsent(systemd: Systemd, name: string, verb: string): void {
  const { loadState } = systemd.files.load(name);
  if (loadState === 'not-found')
    throw new UnitError(`Failed to ${verb} unit: Unit file ${name} does not exist.`);
  if (loadState === 'masked') throw new UnitError(`Failed to ${verb} unit: Unit file ${name} is masked.`);
}

function signalOf(text: string): NodeJS.Signals | undefined {
  const name = `SIG${text.replace(/^SIG/, '')}`;
  const signals = Object.entries(constants.signals);
  return signals.find(([known, number]) => known === name || String(number) === text)?.[0] as
    | NodeJS.Signals
    | undefined;
}
