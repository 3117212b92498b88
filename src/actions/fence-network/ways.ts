import { nacl } from './nacl.ts';
import type { WayName } from './params.ts';
import { prefixList } from './prefix-list.ts';
import { securityGroup } from './security-group.ts';
import type { Way } from './way.ts';

export const WAY_OF: Record<WayName, Way> = {
  nacl,
  'prefix-list': prefixList,
  'security-group': securityGroup,
};
