import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ACTION_NAMES, actionNamed } from '../../src/actions/registry.ts';
import { podWatch } from '../../src/actions/stop/pods.ts';
import { common } from '../../src/node/common.ts';
import { apiScript } from '../../src/node/kube-api.ts';
import match from '../../src/node/lib/hold/match.sh';
import watch from '../../src/node/lib/hold/watch.sh';
import probe from '../../src/probe/probe.sh';

/** Whole scripts as a node gets them, with their comments: shellcheck's own directives are among these. */
const scripts: [string, string][] = [
  ...ACTION_NAMES.map((name) => actionNamed(name))
    .filter((action) => action.node)
    .map((action): [string, string] => [action.name, `${common}${action.node!.script}`]),
  ['probe', `${common}${apiScript}${probe}`],
  ['watch', `${match}${watch}`],
  ['watch of pods', podWatch],
];

const there = spawnSync('shellcheck', ['--version']).status === 0;
if (!there) console.log('not run: shellcheck is not on this machine');

/** Its directives hold for all that follows it; the rest of it, on its own, is read once and not with each action. */
const directives = `${common.slice(0, common.indexOf('\n\n'))}\n`;
const alone = scripts.map(([name, text]) => [name, text.replace(common, () => directives)] as const);

const check = (_name: string, text: string) => {
  const ran = spawnSync('shellcheck', ['-s', 'sh', '-f', 'gcc', '-'], { input: text, encoding: 'utf8' });
  expect(ran.stdout).toBe('');
};
// Half a second of work each: a busy machine takes its time.
test.skipIf(!there).each([['the common part', common] as const, ...alone])('%s', check, 180_000);

test.each(scripts)('%s: no function is defined twice', (_name, text) => {
  const names = [...text.matchAll(/^(\w+)\(\)/gm)].map(([, name]) => name);
  expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
});
