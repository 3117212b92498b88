import { describe, expect, it, test } from 'vitest';
import { ACTION_NAMES, actionNamed } from '../../src/actions/registry.ts';
import { needsOf } from '../../src/node/compose.ts';
import { library } from '../../src/node/lib/index.ts';
import { SCRIPTS, type Script } from './scripts.ts';

const code = (text: string) => text.replace(/^[ \t]*#.*\n/gm, '');
const defined = (text: string) => [...code(text).matchAll(/^[ \t]*(\w+)\(\)/gm)].map(([, name]) => name!);
/** Names that may be those of functions: a plain word only where a command begins. */
const words = (text: string) =>
  new Set(
    [
      ...code(text).matchAll(
        /(?:^|[;&|({!]|\b(?:if|until|while|then|do|else|apart)) *([a-z]+)\b(?![-"'/.=])|\b([a-z]+_\w+)\b/gm,
      ),
    ].map(([, plain, named]) => (plain ?? named)!),
  );

/** Names of a script's fragments, those that it needs of others included. */
function closure(fragments: Script['fragments'], names: string[]): Set<string> {
  const found = new Set(names);
  for (const name of found) for (const need of needsOf(name, fragments[name]!)) found.add(need);
  return found;
}

const all = new Map(SCRIPTS.flatMap((script) => Object.entries(script.fragments)));
const where = new Map<string, string[]>();
for (const [name, text] of all)
  for (const one of defined(text)) where.set(one, [...(where.get(one) ?? []), name]);

test.each(SCRIPTS.map((script) => [script.name, script] as const))(
  '%s: no function is defined twice',
  (_name, { text }) => {
    const names = [...text.matchAll(/^(\w+)\(\)/gm)].map(([, name]) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  },
);

describe('fragments', () => {
  it('are each needed by a script', () => {
    const used = new Set(SCRIPTS.flatMap(({ fragments, roots }) => [...closure(fragments, roots)]));
    expect([...all.keys()].filter((name) => !used.has(name))).toEqual([]);
    expect(Object.keys(library).filter((name) => !used.has(name))).toEqual([]);
  });

  it('define no function that no script calls', () => {
    const idle = [...where.keys()].filter((one) => {
      const calls = SCRIPTS.some(({ text, inputs }) => {
        if (!defined(text).includes(one)) return false;
        const uses = code(text).match(new RegExp(`\\b${one}\\b(?!\\(\\))`, 'g'));
        return uses !== null || inputs.includes(one);
      });
      // Called as fx_do_$FX_OP, and as ${P_ON}_look.
      return !calls && !/^fx_(do_|main$)|^(hosts|nodes)_/.test(one);
    });
    expect(idle).toEqual([]);
  });

  it('call only what they need, what stands in the common part, or what the action defines', () => {
    const common = closure(library, ['common/main']);
    const missing = [...all].flatMap(([name, text]) => {
      const own = closure(Object.fromEntries(all), [name]);
      return [...words(text)].flatMap((word) => {
        const homes = where.get(word) ?? [];
        const given = homes.some(
          (home) => own.has(home) || (common.has(home) && !name.startsWith('common/')),
        );
        const later = /^(act|ipt_body|pods)(_|$)|^ho_(scan|seize|release)$/.test(word);
        return homes.length === 0 || given || later || homes.every((home) => !near(home, name))
          ? []
          : [`${name} calls ${word} of ${homes.join(', ')}`];
      });
    });
    expect(missing).toEqual([]);
  });
});

/** An action's fragments know the library and their own folder. */
const near = (home: string, name: string) => home in library || home.split('/')[0] === name.split('/')[0];

test('an input named P_ is the parameter of that name', () => {
  const strange = SCRIPTS.filter(({ name }) => (ACTION_NAMES as readonly string[]).includes(name)).flatMap(
    ({ name, inputs }) => {
      const named = new Set(Object.keys(actionNamed(name).parameters).map((key) => `P_${key.toUpperCase()}`));
      return inputs
        .filter((input) => input.startsWith('P_') && !named.has(input))
        .map((input) => `${name}: ${input}`);
    },
  );
  expect(strange).toEqual([]);
});
