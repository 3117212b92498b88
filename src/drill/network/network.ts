import { addressNumber } from '../tools/nft/addresses.ts';
import type { Firewall } from '../tools/nft/firewall.ts';
import type { Hook } from '../tools/nft/model.ts';
import type { Packet } from '../tools/nft/packet.ts';
import type { LabConnection, LabNetwork, LabNode, NetworkVerdict } from '../types.ts';

/** What the network needs of a machine. */
export interface Attached {
  firewall: Firewall;
  /** Control group of one of its processes. */
  cgroupOf(pid: number): string | undefined;
}

/** The lab's network, with the packet filter of each machine. */
export interface SimulatedNetwork extends LabNetwork {
  attach(node: LabNode, attached: Attached): void;
  /** A packet from outside the lab, such as an operator's, and its answer. */
  verdictFrom(address: string, to: LabNode, port: number, packet: 'new' | 'established'): NetworkVerdict;
}

/** The client port if the caller names none. */
const CLIENT_PORT = 40_000;

export function createNetwork(): SimulatedNetwork {
  const firewalls = new WeakMap<LabNode, Attached>();
  const tracked = new Map<LabNode, Set<LabConnection>>();
  const of = (node: LabNode) => {
    const known = tracked.get(node) ?? new Set();
    tracked.set(node, known);
    return known;
  };

  function through(node: LabNode, hooks: Hook[], packet: Omit<Packet, 'hook'>): NetworkVerdict {
    const firewall = firewalls.get(node)?.firewall;
    for (const hook of hooks) {
      const verdict = firewall?.verdict({ ...packet, hook }) ?? 'accept';
      if (verdict !== 'accept') return verdict;
    }
    return 'accept';
  }

  return {
    attach: (node, attached) => void firewalls.set(node, attached),
    verdict(from, to, port, kind, sender = {}) {
      if (!from.running() || !to.running()) return 'drop';
      const sport = sender.port ?? CLIENT_PORT;
      const cgroup = sender.pid === undefined ? undefined : firewalls.get(from)?.cgroupOf(sender.pid);
      const device = from === to ? 'lo' : 'eth0';
      const there = packet(from.spec.address, to.spec.address, { sport, dport: port, state: kind, device });
      const back = packet(to.spec.address, from.spec.address, {
        sport: port,
        dport: sport,
        state: 'established',
        device,
      });
      // The answer must come back too.
      const steps: [LabNode, Hook[], Omit<Packet, 'hook'>][] = [
        [from, ['output', 'postrouting'], cgroup === undefined ? there : { ...there, cgroup }],
        [to, ['prerouting', 'input'], there],
        [to, ['output', 'postrouting'], back],
        [from, ['prerouting', 'input'], back],
      ];
      for (const [node, hooks, one] of steps) {
        const verdict = through(node, hooks, one);
        if (verdict !== 'accept') return verdict;
      }
      return 'accept';
    },
    verdictFrom(address, to, port, kind) {
      if (!to.running()) return 'drop';
      const there = packet(address, to.spec.address, {
        sport: CLIENT_PORT,
        dport: port,
        state: kind,
        device: 'eth0',
      });
      const back = packet(to.spec.address, address, {
        sport: port,
        dport: CLIENT_PORT,
        state: 'established',
        device: 'eth0',
      });
      const verdict = through(to, ['prerouting', 'input'], there);
      return verdict === 'accept' ? through(to, ['output', 'postrouting'], back) : verdict;
    },
    track(connection) {
      of(connection.from).add(connection);
      of(connection.to).add(connection);
    },
    untrack(connection) {
      of(connection.from).delete(connection);
      of(connection.to).delete(connection);
    },
    connections: (node) => [...of(node)],
  };
}

function packet(
  from: string,
  to: string,
  rest: Pick<Packet, 'sport' | 'dport' | 'state' | 'device'>,
): Omit<Packet, 'hook'> {
  const family = to.includes(':') ? 6 : 4;
  const number = (text: string) => addressNumber(text, family === 6 ? 'ipv6' : 'ipv4') ?? 0n;
  return { family, saddr: number(from), daddr: number(to), ...rest };
}
