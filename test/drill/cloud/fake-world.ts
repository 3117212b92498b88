import type { CloudExec, CloudInstance, CloudWorld } from '../../../src/drill/cloud/world.ts';

export interface FakeWorld extends CloudWorld {
  machines: CloudInstance[];
  /** What each machine was asked to run, in order. */
  ran: { id: string; text: string }[];
  answer: (id: string, text: string) => CloudExec | Promise<CloudExec>;
  /** How long stopping and starting take. */
  moveMs: number;
}

export function instanceId(n: number): string {
  return `i-${n.toString(16).padStart(17, '0')}`;
}

/** Machines that do as they are told, in memory. */
export function fakeWorld(
  count: number,
  change: (machine: CloudInstance, n: number) => void = () => {},
): FakeWorld {
  const machines = Array.from({ length: count }, (_, n) => {
    const machine: CloudInstance = {
      id: instanceId(n),
      type: 'm5.large',
      state: 'running',
      tags: { Name: `n${n}` },
      privateIp: `10.0.${n >> 8}.${n & 255}`,
      zone: 'us-west-2a',
      ssm: 'online',
    };
    change(machine, n);
    return machine;
  });
  const find = (id: string) => machines.find((machine) => machine.id === id)!;
  const world: FakeWorld = {
    machines,
    ran: [],
    answer: (id) => ({ code: 0, stdout: `${id}\n`, stderr: '' }),
    moveMs: 20,
    instances: () => machines,
    async exec(id, commands) {
      const text = commands.join('\n');
      world.ran.push({ id, text });
      return world.answer(id, text);
    },
    async stop(id) {
      find(id).state = 'stopping';
      await new Promise((resolve) => setTimeout(resolve, world.moveMs));
      find(id).state = 'stopped';
    },
    async start(id) {
      find(id).state = 'pending';
      await new Promise((resolve) => setTimeout(resolve, world.moveMs));
      find(id).state = 'running';
    },
    retype(id, type) {
      find(id).type = type;
    },
  };
  return world;
}
