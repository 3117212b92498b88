import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { group } from '../lab/pods/groups.ts';

const TREE = '/sys/fs/cgroup';
/** Of one core, for all machines together: the tests and Fireaxe itself need the rest. */
const CPU_PERCENT = 150;

/** A machine's control group in each hierarchy, below one of the whole cluster; made and bounded, to be entered by whoever starts it. */
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

/** Nothing can enter a group of this hierarchy before it has processors and memory nodes. */
function inheritCpus(dir: string): void {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    writeFileSync(join(dir, file), readFileSync(join(dir, '..', file)));
  }
  writeFileSync(join(dir, 'cgroup.clone_children'), '1');
}
