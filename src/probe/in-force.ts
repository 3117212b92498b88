import { formatTime } from '../base/time.ts';
import type { InForce } from './types.ts';

const KINDS = ['fenced', 'cordoned', 'paused'] as const;

/** What in-force.sh told, as far as it is in its form; `at` is the time of the reading. */
export function readInForce(data: Record<string, string>, at: Date): InForce[] {
  return KINDS.flatMap((kind) =>
    (data[kind] ?? '')
      .split(',')
      .filter(Boolean)
      .map((text) => one(kind, text, at)),
  );
}

/** As Fireaxe names runs and steps, and components their manifests: the node's text goes into a command that is pasted. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,80}$/;

function one(kind: InForce['kind'], text: string, at: Date): InForce {
  const words = text.split(' ');
  const what = kind === 'paused' ? words.shift() : undefined;
  const [order = '', since = '', left = ''] = words;
  const [run = '', step = ''] = order.split('/');
  return {
    kind,
    ...(what !== undefined && NAME.test(what) && { what }),
    ...(NAME.test(run) && NAME.test(step) && { run, step }),
    ...(/^\d{1,11}$/.test(since) && { since: formatTime(new Date(Number(since) * 1000)) }),
    ...(left === 'kept' && { kept: true }),
    ...(/^-?\d{1,7}$/.test(left) && { until: formatTime(new Date(at.getTime() + Number(left) * 1000)) }),
  };
}
