import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { group } from '../lab/pods/groups.ts';

const TREE = '/sys/fs/cgroup';
/** CPU limit of all machines together, in percent of a core. The tests and Fireaxe need the rest. */
const CPU_PERCENT = 150;

/** Creates a machine's cgroup in each hierarchy, below one group that limits the whole cluster; returns their paths. */
export function makeGroups(machine: string): string[] {
  return readdirSync(TREE).map((hierarchy) => {
    const whole = join(TREE, hierarchy, group);
    const own = join(whole, machine);
    for (const dir of [whole, own]) {
      mkdirSync(dir, { recursive: true });
      if (hierarchy === 'cpuset') inheritCpus(dir);
    }
    if (hierarchy === 'cpu') {
      writeFileSync(join(whole, 'cpu.cfs_period_us'), '100000');
      writeFileSync(join(whole, 'cpu.cfs_quota_us'), String(CPU_PERCENT * 1000));
    }
    return own;
  });
}

/** A cpuset group accepts no process before it has CPUs and memory nodes. */
function inheritCpus(dir: string): void {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    writeFileSync(join(dir, file), readFileSync(join(dir, '..', file)));
  }
  writeFileSync(join(dir, 'cgroup.clone_children'), '1');
}
