import type { CloudWorld } from '../world.ts';
import type { CloudGroup } from './groups.ts';

/** How long a machine takes to or from standby. */
export const MOVE_MS = 20;

/**
 * What the group itself does when time passes: a machine that does not run becomes unhealthy, is terminated, and a new one is
 * launched, each only while its process is not suspended. Looked at with every call.
 */
export function passTime(group: CloudGroup, world: CloudWorld): void {
  const runs = (process: string) => !group.suspended.includes(process);
  const machines = world.instances();
  for (const member of group.members) {
    const machine = machines.find(({ id }) => id === member.id);
    const down = machine?.state !== 'running' && machine?.state !== 'pending';
    const boots =
      group.elb && machine?.launchedAt && Date.now() - machine.launchedAt.getTime() < group.elb.bootMs;
    if (member.lifecycle === 'InService' && (down || boots) && runs('HealthCheck'))
      member.health = 'Unhealthy';
  }
  if (!runs('ReplaceUnhealthy') || !runs('Terminate')) return;
  for (const { id } of group.members.filter(({ health }) => health === 'Unhealthy')) {
    group.members = group.members.filter((member) => member.id !== id);
    const machine = machines.find((one) => one.id === id);
    if (machine) machine.state = 'terminated';
    if (!runs('Launch')) continue;
    const launched = `i-${'f'.repeat(12)}${String(group.members.length).padStart(5, '0')}`;
    group.members.push({ id: launched, lifecycle: 'InService', health: 'Healthy' });
  }
}
