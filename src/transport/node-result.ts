import { type NodeResult, RESULT_STATES, type ResultState } from './types.ts';

/** Our scripts keep to 2,400 characters, of which up to 1,600 are values: some 130 at most. */
const LONGEST_LINE = 8192;
const LONGEST_TEXT = 2400;
const MOST_MEMBERS = 200;
/** Such as `in`, `kubelet_since`; never `__proto__`. */
const KEY = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/;
const WORD = /^[A-Za-z][A-Za-z0-9_-]{0,39}$/;

/**
 * The one schema of a result line. Every byte of it is the node's: a line that does not fit is reported, and not turned into a value
 * that others would take for text or for a state. Members that are not known are left out.
 */
export function readResult(line: string, nonce: string): { result: NodeResult } | { invalid: string } {
  if (line.length > LONGEST_LINE) return { invalid: `it has ${line.length} characters` };
  let said: unknown;
  try {
    said = JSON.parse(line);
  } catch {
    return { invalid: 'it is not JSON' };
  }
  if (typeof said !== 'object' || said === null) return { invalid: 'it is not an object' };
  const { fireaxe, nonce: own, op, state, before, note, code, exit, data } = said as Record<string, unknown>;
  // A second member of one name takes the first one's place.
  if (own !== nonce) return { invalid: 'its nonce is that of another order' };
  if (fireaxe !== 1) return { invalid: 'its protocol version is not 1' };
  if (!isWord(op)) return { invalid: 'op is not a word' };
  if (!isResultState(state)) return { invalid: 'state is none of those known' };
  if (note !== undefined && !isText(note)) return { invalid: 'note is not a short text' };
  if (code !== undefined && !isWord(code)) return { invalid: 'code is not a word' };
  if (exit !== undefined && !isExit(exit)) return { invalid: 'exit is not an exit status' };
  if (before !== undefined && !isTextMap(before)) return { invalid: 'before is not a flat map of text' };
  if (data !== undefined && !isTextMap(data)) return { invalid: 'data is not a flat map of text' };
  return {
    result: {
      fireaxe,
      op,
      state,
      ...(before && { before }),
      ...(note !== undefined && { note }),
      ...(code !== undefined && { code }),
      ...(exit !== undefined && { exit }),
      ...(data && { data }),
    },
  };
}

export function isResultState(value: unknown): value is ResultState {
  return (RESULT_STATES as readonly unknown[]).includes(value);
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= LONGEST_TEXT;
const isWord = (value: unknown): value is string => typeof value === 'string' && WORD.test(value);
const isExit = (value: unknown): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 255;

function isTextMap(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const members = Object.entries(value);
  return members.length <= MOST_MEMBERS && members.every(([key, text]) => KEY.test(key) && isText(text));
}
