import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FleetSnapshot } from '../../src/fleet/types.ts';
import type { Cluster } from './cluster.ts';

interface Changes {
  kit?: (kit: {
    policy: { floors: Record<string, number> };
    clusters: Record<string, { kubernetes?: Record<string, unknown> }>;
  }) => void;
  fleet?: (fleet: FleetSnapshot) => void;
  knownHosts?: (text: string) => string;
}

/** Makes a changed copy of the kit, with a state directory of its own; returns its path. */
export function kitCopy(cluster: Cluster, name: string, changes: Changes): string {
  const copy = join(cluster.facts.folder.dir, name);
  rmSync(copy, { recursive: true, force: true });
  cpSync(cluster.facts.kit, copy, { recursive: true, filter: (from) => !/\/state$/.test(from) });
  mkdirSync(join(copy, 'state'), { mode: 0o700 });
  const edit = (file: string, change: (text: string) => string) =>
    writeFileSync(join(copy, file), change(readFileSync(join(copy, file), 'utf8')));
  const editJson = <T>(file: string, change?: (value: T) => void) =>
    edit(file, (text) => {
      const value = JSON.parse(text) as T;
      change?.(value);
      return JSON.stringify(value);
    });
  editJson('kit.yaml', changes.kit);
  editJson('fleet/lab.json', changes.fleet);
  edit('known_hosts', changes.knownHosts ?? ((text) => text));
  return copy;
}
