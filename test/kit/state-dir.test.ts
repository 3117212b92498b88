import { expect, it } from 'vitest';
import { stateDir } from '../../src/kit/state-dir.ts';

it.each([
  [{}, '/home/ann/.local/state/fireaxe'],
  [{ XDG_STATE_HOME: '/var/ann' }, '/var/ann/fireaxe'],
  [{ XDG_STATE_HOME: 'state' }, '/home/ann/.local/state/fireaxe'],
  [{ XDG_STATE_HOME: '' }, '/home/ann/.local/state/fireaxe'],
  [{ FIREAXE_STATE_DIR: '/srv/runs', XDG_STATE_HOME: '/var/ann' }, '/srv/runs'],
])('runs are kept in one place, whatever the working directory: %j', (env, directory) => {
  expect(stateDir(undefined, { HOME: '/home/ann', ...env })).toBe(directory);
});
