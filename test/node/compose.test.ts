import { describe, expect, it } from 'vitest';
import { compose } from '../../src/node/compose.ts';

const fragment = (name: string, needs = '') => `# ${name}\n${needs && `# needs: ${needs}\n`}${name}\n`;
const order = (text: string) => text.split('\n').filter((line) => line && !line.startsWith('#'));

describe('compose', () => {
  it('places each fragment once, after what it needs', () => {
    const fragments = {
      'lib/c': fragment('c'),
      'lib/b': fragment('b', 'c'),
      'lib/a': fragment('a', 'b c'),
      'own/node': fragment('node', 'lib/c beside lib/a'),
      'own/beside': fragment('beside', 'lib/b'),
    };
    expect(order(compose(['own/node'], fragments))).toEqual(['c', 'b', 'beside', 'a', 'node']);
  });

  it('starts with the first root and all that it needs', () => {
    const fragments = { main: fragment('main', 'base'), base: fragment('base'), node: fragment('node') };
    expect(order(compose(['main', 'node'], fragments))).toEqual(['base', 'main', 'node']);
  });

  it('reads a list over several lines', () => {
    const fragments = { a: '# needs: b\n# needs: c\na\n', b: fragment('b'), c: fragment('c') };
    expect(order(compose(['a'], fragments))).toEqual(['b', 'c', 'a']);
  });

  it('names the file that needs an unknown fragment', () => {
    const fragments = { 'lib/a': fragment('a', 'b') };
    expect(() => compose(['lib/a'], fragments)).toThrow('no fragment lib/b.sh, which lib/a.sh needs');
    expect(() => compose(['x/node'], fragments)).toThrow('no fragment x/node.sh');
  });

  it('names the files of a circle', () => {
    const fragments = {
      'lib/a': fragment('a', 'b'),
      'lib/b': fragment('b', 'c'),
      'lib/c': fragment('c', 'a'),
    };
    expect(() => compose(['lib/a'], fragments)).toThrow(
      'fragments need each other: lib/a.sh needs lib/b.sh needs lib/c.sh needs lib/a.sh',
    );
  });
});
