import type { Hook } from './model.ts';

/** What the rules see of a packet. Everything here is TCP: the lab has nothing else. */
export interface Packet {
  family: 4 | 6;
  saddr: bigint;
  daddr: bigint;
  sport: number;
  dport: number;
  state: 'new' | 'established';
  hook: Hook;
  /** The interface it came by or leaves by. */
  device: string;
  /** Control group of the sending process, such as `/kubepods/pod1`. */
  cgroup?: string;
}
