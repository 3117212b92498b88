import { canonicalJson, sha256 } from '../../base/canonical.ts';
import { strip } from '../../base/strip-script.ts';
import { compose } from '../../node/compose.ts';
import { library } from '../../node/lib/index.ts';
import { namesProcesses, type ProcessParams } from './processes.ts';

export interface HoldParams extends ProcessParams {
  unit?: string | undefined;
  how: 'freeze' | 'kill' | 'network';
  for: number;
}

/** The watch, which finds processes that start later; a script separate from the one that starts it. */
export function watchText(kind: 'processes' | 'pods'): string {
  const roots = kind === 'pods' ? ['hold/pods-as', 'hold/watch'] : ['hold/watch'];
  return strip(compose(roots, library));
}

export function holdVariables(p: HoldParams): Record<string, string> {
  // An undo by a later version must find the hold by the same key: its members keep these names.
  const which = { process: p.process, command: p.cmdline, user: p.user, cgroup: p.cgroup };
  const held = namesProcesses(p);
  return {
    // One watch for one set of processes, whichever run asks for it.
    IN_KEY: held ? sha256(canonicalJson({ ...which, how: p.how })).slice(0, 10) : '',
    P_PROCESS: p.process ?? '',
    P_CMDLINE: p.cmdline ?? '',
    P_USER: p.user ?? '',
    P_CGROUP: p.cgroup ?? '',
    P_HOW: p.how,
    P_FOR: String(p.for),
    IN_WATCH: held ? watchText('processes') : '',
  };
}
