import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { compile, type Entry, findIn } from './prose.mjs';

const entries = parse(readFileSync(new URL('words.yaml', import.meta.url), 'utf8')) as Entry[];
const words = compile(entries);
const caught = (text: string) => findIn(text, words).length > 0;

describe('the word list', () => {
  it.each(entries)('catches its examples and passes the others: $not', (entry) => {
    const own = compile([entry]);
    for (const text of entry.catches) expect(findIn(text, own), text).not.toEqual([]);
    for (const text of entry.passes ?? []) expect(findIn(text, own), text).toEqual([]);
  });

  it('names better words and a reason for each', () => {
    for (const { say, why, catches } of entries) {
      expect(say).toBeTruthy();
      expect(why).toBeTruthy();
      expect(catches.length).toBeGreaterThan(0);
    }
  });

  it('has no objection to its own better words', () => {
    for (const { say } of entries) expect(findIn(say, words)).toEqual([]);
  });
});

/** Sentences that the rewriting of every text removed, each with a second form of it. */
it.each([
  ['how many?', 'how  many?'],
  ['to which type?', 'to which zone?'],
  ['a command and a script are too much', 'a file and a command are too much'],
  [
    'beside --all there is nothing for --batch to do',
    'beside --no-gate there is nothing for --gate-for to do',
  ],
  ['no way is called telnet', 'no way is called rsh'],
  ['no way leads to it', 'no way leads to prod-1'],
  ['no node is meant by role=worker', 'no nodes are meant by n7'],
  ['nobody can be asked whether to go on', 'nobody could be asked'],
  ['the confirmation is not of this plan', 'the answer is not of this run'],
  ['stops after more than 2 bad ones (worst case 66)', 'stops after more than 1 bad one'],
  ['4 ended badly, 3 are borne', '1 ended badly, 0 are borne'],
  ['not kept, it goes back by itself', 'not kept: they go back by themselves'],
  ['more end badly; the end tells all', '5 more end badly'],
  ['not known what happened on:', 'it is not known what became of it'],
  ['press again to let go', 'Ctrl-C again lets go'],
  ['ended (exit 255) without its last word', 'ended without a last word'],
  ['that does not open it', 'these do not open it'],
  ['its name is none', 'it goes ways that there are not'],
  ['line 3: it is no record', 'line 17: that is no plan'],
  ['the fleet (prod-1) is another one now', 'the plan is another one'],
  ['how long what comes back is held, 4h when not said', 'time to wait, 5s when not said'],
  ['nodes that may end badly before launching stops', 'targets that may end badly'],
  ['ask nothing: what is missing is named instead', 'what is missing is named'],
  ['EC2 does not serve us', 'SSM does not serve us'],
  ['listeners that drown', 'keeps no other cluster from being reached'],
])('catches: %s', (text, varied) => {
  expect(caught(text), text).toBe(true);
  expect(caught(varied), varied).toBe(true);
});

it.each([
  ['a comment', '/**\n * its name\n * is none\n */'],
  ['a shell comment', '# that the node takes\n# back'],
  ['a string', "'the change is taken ' + 'back'"],
])('finds a phrase that is broken over %s', (_, text) => {
  expect(caught(text)).toBe(true);
});

it('names line, column, the phrase and the better words', () => {
  expect(findIn('first\n  // nodes whom it lets in', words)).toEqual([
    {
      line: 2,
      column: 12,
      found: 'whom',
      say: expect.stringContaining('the nodes'),
      why: 'nodes are things',
    },
  ]);
});
