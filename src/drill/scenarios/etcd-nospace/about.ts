export const NAME = 'etcd-nospace';
export const INTRO = [
  'The database of etcd will be larger than its quota: the API servers still answer, and every write is refused.',
  'Fireaxe then compacts the history, defragments one member after the other, and disarms the alarm: each step alone does not help.',
  'Watch the share of failed answers: reads succeed all the time, writes only at the end.',
] as const;

export const TITLE = 'etcd is out of space: the API servers read, and refuse every write';
