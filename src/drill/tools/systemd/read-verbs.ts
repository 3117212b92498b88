import { readFileSync } from 'node:fs';
import type { Systemd } from './manager.ts';
import { propertiesOf, stamp } from './properties.ts';
import { serviceOf } from './timer.ts';
import type { UnitState } from './unit.ts';
import { withSuffix } from './unit.ts';
import { setting } from './unit-text.ts';
import { answer, matchesGlob, type Verb } from './verb.ts';

/** The verbs that only read. */
export function readVerbs(systemd: Systemd): Record<string, Verb> {
  const states = (words: string[]) => words.map((word) => systemd.unit(withSuffix(word)));

  /** 0 when any is in the state, as systemctl counts. */
  function isState(words: string[], quiet: boolean, wanted: string) {
    const all = states(words).map((state) => state.active);
    return answer(
      all.includes(wanted as UnitState['active']) ? 0 : wanted === 'failed' ? 1 : 3,
      quiet ? '' : lines(all),
    );
  }

  return {
    'is-active': (words, { given }) => isState(words, given.has('quiet'), 'active'),
    'is-failed': (words, { given }) => isState(words, given.has('quiet'), 'failed'),
    'is-enabled': (words, { given }) => {
      const names = words.map((word) => withSuffix(word));
      const absent = names.find((name) => systemd.files.state(name) === '');
      if (absent)
        return answer(1, '', `Failed to get unit file state for ${absent}: No such file or directory\n`);
      const all = names.map((name) => systemd.files.state(name));
      return answer(
        all.some((state) => /^(enabled|static)$/.test(state)) ? 0 : 1,
        given.has('quiet') ? '' : lines(all),
      );
    },
    'is-system-running': () => answer(0, 'running\n'),
    show: (words, { given, values }) => {
      const wanted = values('property').flatMap((list) => list.split(','));
      const blocks = states(words).map((state) =>
        lines(
          propertiesOf(systemd, state)
            .filter(([name]) => wanted.length === 0 || wanted.includes(name))
            .map(([name, value]) => (given.has('value') ? value : `${name}=${value}`)),
        ),
      );
      return answer(0, blocks.join('\n'));
    },
    cat: (words) => {
      let text = '';
      for (const state of states(words)) {
        const { loadState, fragmentPath } = state.loaded;
        if (loadState === 'not-found') return answer(1, text, `No files found for ${state.name}.\n`);
        text += `# ${fragmentPath}\n${loadState === 'masked' ? '' : readFileSync(fragmentPath, 'utf8')}`;
      }
      return answer(0, text);
    },
    status: (words) => {
      let text = '';
      for (const state of states(words)) {
        if (state.loaded.loadState === 'not-found') {
          return answer(4, text, `Unit ${state.name} could not be found.\n`);
        }
        const since = state.active === 'active' ? ` since ${stamp(state.enteredActiveAt)}` : '';
        text += `${state.active === 'active' ? '●' : '○'} ${state.name} - ${describe(state)}\n     Loaded: ${state.loaded.loadState} (${state.loaded.fragmentPath}; ${systemd.files.state(state.name)})\n     Active: ${state.active} (${state.sub})${since}\n`;
        if (state.main) text += `   Main PID: ${state.main.pid}\n`;
      }
      return answer(states(words).every((state) => state.active === 'active') ? 0 : 3, text);
    },
    'list-units': (words, { given, value }) => {
      const type = value('type');
      const wantedState = value('state');
      const names = given.has('all') ? systemd.files.names() : [];
      const running = systemd.units().filter((state) => given.has('all') || state.active !== 'inactive');
      const all = [
        ...new Map(
          [...names.map((name) => systemd.unit(name)), ...running].map((state) => [state.name, state]),
        ).values(),
      ];
      const rows = all
        .filter((state) => words.length === 0 || words.some((pattern) => matchesGlob(pattern, state.name)))
        .filter(
          (state) => type === undefined || type.split(',').some((one) => state.name.endsWith(`.${one}`)),
        )
        .filter(
          (state) =>
            wantedState === undefined ||
            wantedState.split(',').some((one) => one === state.active || one === state.sub),
        )
        .map((state) => [state.name, state.loaded.loadState, state.active, state.sub, describe(state)]);
      return answer(
        0,
        table(
          ['UNIT', 'LOAD', 'ACTIVE', 'SUB', 'DESCRIPTION'],
          rows,
          given.has('no-legend'),
          'loaded units listed.',
        ),
      );
    },
    'list-unit-files': (words, { given }) => {
      const rows = systemd.files
        .names()
        .filter((name) => words.length === 0 || words.some((pattern) => matchesGlob(pattern, name)))
        .map((name) => [name, systemd.files.state(name)]);
      return answer(0, table(['UNIT FILE', 'STATE'], rows, given.has('no-legend'), 'unit files listed.'));
    },
    'list-timers': (words, { given }) => {
      const rows = systemd
        .units()
        .filter((state) => state.name.endsWith('.timer') && state.elapsesAt !== undefined)
        .filter((state) => words.length === 0 || words.some((pattern) => matchesGlob(pattern, state.name)))
        .map((state) => [
          stamp(state.elapsesAt ?? 0),
          `${Math.max(0, Math.round(((state.elapsesAt ?? 0) - Date.now()) / 1000))}s left`,
          'n/a',
          'n/a',
          state.name,
          serviceOf(state),
        ]);
      return answer(
        0,
        table(
          ['NEXT', 'LEFT', 'LAST', 'PASSED', 'UNIT', 'ACTIVATES'],
          rows,
          given.has('no-legend'),
          'timers listed.',
        ),
      );
    },
  };
}

function describe(state: UnitState): string {
  return setting(state.loaded.text, 'Unit.Description') ?? state.name;
}

function lines(all: string[]): string {
  return all.map((line) => `${line}\n`).join('');
}

function table(header: string[], rows: string[][], bare: boolean, legend: string): string {
  const all = bare ? rows : [header, ...rows];
  const widths = header.map((_, column) => Math.max(0, ...all.map((row) => row[column]?.length ?? 0)));
  const text = lines(
    all.map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join(' ')
        .trimEnd(),
    ),
  );
  return bare ? text : `${text}\n${rows.length} ${legend}\n`;
}
