/** A number from 0 to 1 that depends on the words alone: the same at each run, in whatever order it is asked for. */
export function uniform(...words: (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const word of words) {
    const text = `${word}\0`;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  // Neighbouring names must not have neighbouring numbers.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** A duration of that median; one in twenty takes longer than `p95`. Lognormal. */
export function spread(median: number, p95: number, ...words: (string | number)[]): number {
  const sigma = Math.log(p95 / median) / 1.645;
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(...words, 'r')));
  return median * Math.exp(sigma * radius * Math.cos(2 * Math.PI * uniform(...words, 'a')));
}

/** Runs the work with a Math.random of that seed. */
export async function withSeed<T>(seed: number, work: () => Promise<T>): Promise<T> {
  const { random } = Math;
  let drawn = 0;
  Math.random = () => uniform(seed, drawn++);
  try {
    return await work();
  } finally {
    Math.random = random;
  }
}
