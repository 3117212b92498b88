import { randomBytes } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Tool, ToolAnswer } from '../../types.ts';
import type { Systemd } from './manager.ts';
import { type Option, type Options, readOptions } from './options.ts';
import { parseTimeSpan } from './time-span.ts';
import { UnitError, withSuffix } from './unit.ts';
import { quoteWord } from './unit-text.ts';

const OPTIONS: Option[] = [
  { long: 'unit', letter: 'u', value: true },
  { long: 'description', value: true },
  { long: 'property', letter: 'p', value: true },
  { long: 'timer-property', value: true },
  { long: 'on-active', value: true },
  { long: 'setenv', letter: 'E', value: true },
  { long: 'working-directory', value: true },
  { long: 'slice', value: true },
  { long: 'service-type', value: true },
  { long: 'collect', letter: 'G' },
  { long: 'quiet', letter: 'q' },
  { long: 'no-block' },
  { long: 'no-ask-password' },
  { long: 'remain-after-exit', letter: 'r' },
  { long: 'wait' },
  { long: 'version' },
];

/** Properties that the manager implements; others are refused. */
const SERVICE =
  /^(RuntimeMaxSec|Restart|RestartSec|Type|KillMode|Environment|StandardInput|StandardOutput|StandardError|SyslogIdentifier|TimeoutStopSec)$/;
const TIMER = /^(AccuracySec|RemainAfterElapse|RandomizedDelaySec|OnActiveSec)$/;
const UNIT = /^(CollectMode|Description)$/;

/** Simulated systemd-run: transient services that run at once, and timers that start one later. */
export function createSystemdRun(systemd: Systemd, path: string[]): Tool {
  return async (argv) => {
    const options = readOptions(argv, OPTIONS, true);
    if (typeof options === 'string') return failure(`systemd-run: ${options}`);
    if (options.given.has('version'))
      return { code: 0, stdout: 'systemd 252 (252.39-1~deb12u1)\n', stderr: '' };
    try {
      return await run(systemd, options, path);
    } catch (error) {
      if (error instanceof UnitError) return failure(error.message, error.code);
      throw error;
    }
  };
}

async function run(systemd: Systemd, options: Options, path: string[]): Promise<ToolAnswer> {
  const [command, ...args] = options.words;
  if (command === undefined) throw new UnitError('Command line to execute required.');
  const name = withSuffix(options.value('unit') ?? `run-r${randomBytes(16).toString('hex')}`);
  const timer = name.replace(/\.service$/, '.timer');
  const delay = options.value('on-active');
  if (delay !== undefined && parseTimeSpan(delay) === undefined) {
    throw new UnitError(`Failed to parse timer value: ${delay}`);
  }
  const kind = delay === undefined ? 'service' : 'timer';
  for (const one of delay === undefined ? [name] : [timer, name]) {
    if (systemd.unit(one).loaded.loadState !== 'not-found') {
      throw new UnitError(
        `Failed to start transient ${kind} unit: Unit ${one} was already loaded or has a fragment file.`,
      );
    }
  }
  const found = findCommand(command, path);
  if (!found) throw new UnitError(`Failed to find executable ${command}: No such file or directory`);
  const texts = unitTexts(options, [found, ...args], delay);
  systemd.files.writeTransient(name, texts.service);
  if (delay !== undefined) {
    systemd.files.writeTransient(timer, texts.timer);
    await systemd.start(timer);
    return said(options, `Running timer as unit: ${timer}\nWill run service as unit: ${name}\n`);
  }
  await systemd.start(name);
  if (!options.given.has('wait')) return said(options, `Running as unit: ${name}\n`);
  const exit = await systemd.unit(name).main?.ended;
  return { ...said(options, `Running as unit: ${name}\n`), code: exit?.code ?? 1 };
}

function unitTexts(
  options: Options,
  argv: string[],
  delay: string | undefined,
): { service: string; timer: string } {
  const sections: Record<'Unit' | 'Service' | 'Timer', string[]> = { Unit: [], Service: [], Timer: [] };
  const put = (list: string[], own: RegExp, section: 'Service' | 'Timer') => {
    for (const property of list) {
      const key = property.slice(0, property.indexOf('='));
      if (UNIT.test(key)) sections.Unit.push(property);
      else if (own.test(key)) sections[section].push(property);
      else throw new UnitError(`Unknown assignment: ${property}`);
    }
  };
  put(options.values('property'), SERVICE, 'Service');
  put(options.values('timer-property'), TIMER, 'Timer');
  sections.Unit.push(`Description=${options.value('description') ?? argv.join(' ')}`);
  if (options.given.has('collect')) sections.Unit.push('CollectMode=inactive-or-failed');
  const type = options.value('service-type');
  if (type !== undefined) sections.Service.push(`Type=${type}`);
  if (options.given.has('remain-after-exit'))
    throw new UnitError('systemd-run: --remain-after-exit is not in this lab');
  for (const pair of options.values('setenv')) sections.Service.push(`Environment=${quoteWord(pair)}`);
  sections.Service.push(`ExecStart=${argv.map(quoteWord).join(' ')}`);
  const unit = `[Unit]\n${sections.Unit.join('\n')}\n`;
  const timer = [`OnActiveSec=${delay}`, 'RemainAfterElapse=no', ...sections.Timer];
  return {
    service: `${unit}\n[Service]\n${sections.Service.join('\n')}\n`,
    timer: `${unit}\n[Timer]\n${timer.join('\n')}\n`,
  };
}

function said(options: Options, text: string): ToolAnswer {
  return { code: 0, stdout: '', stderr: options.given.has('quiet') ? '' : text };
}

function findCommand(command: string, path: string[]): string | undefined {
  const places = command.includes('/') ? [command] : path.map((folder) => join(folder, command));
  return places.find((place) => {
    try {
      accessSync(place, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function failure(message: string, code = 1): ToolAnswer {
  return { code, stdout: '', stderr: `${message}\n` };
}
