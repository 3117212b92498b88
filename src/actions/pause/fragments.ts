import aside from './aside.sh';
import manifest from './manifest.sh';
import manifestRead from './manifest-read.sh';
import node from './node.sh';
import running from './running.sh';
import take from './take.sh';
import undo from './undo.sh';
import unit from './unit.sh';

/** What pause runs on a node; `node` comes first and names what it needs. */
export const fragments = {
  aside,
  manifest,
  'manifest-read': manifestRead,
  node,
  running,
  take,
  undo,
  unit,
};
