import { usage } from '../base/errors.ts';

/** Parses `-p key=value` words; a repeated key is an error. */
export function parseParameters(words: string[]): Record<string, string> {
  const params: Record<string, string> = {};
  for (const word of words) {
    const at = word.indexOf('=');
    if (at < 1) {
      throw usage(`invalid parameter: ${word}`, {
        place: '--param',
        expected: 'key=value, such as -p process=telemetryd',
      });
    }
    const key = word.slice(0, at);
    if (Object.hasOwn(params, key)) throw usage(`parameter ${key} is given twice`, { place: '--param' });
    params[key] = word.slice(at + 1);
  }
  return params;
}
