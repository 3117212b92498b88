import { list } from '../kinds.ts';
import type { Parameters } from '../params.ts';

export const readmitParameters = {
  clients: {
    schema: list().refine(
      (words) => words.length > 0 && (words.length === 1 || !words.includes('all')),
      'expected all, a share such as 25%, or node names and addresses',
    ),
    help: 'all; or node names, addresses, CIDRs, or a share of the workers such as 25%',
  },
} satisfies Parameters;
