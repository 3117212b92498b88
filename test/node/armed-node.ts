import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseParams } from '../../src/actions/params.ts';
import { actionNamed } from '../../src/actions/registry.ts';
import type { Op } from '../../src/node/types.ts';
import { order } from './made-up.ts';
import { context, fleetNode, type Ran, type Sandbox, SHELLS } from './sandbox.ts';

/** An armed change, each way that it is made: an order, another order, and what it says of itself. */
export interface Way {
  name: string;
  action: 'cordon' | 'fence';
  params: Record<string, unknown>;
  other: Record<string, unknown>;
  done: string;
  iptables?: true;
}
const cordon = {
  action: 'cordon',
  params: { port: '8080' },
  other: { port: '9090' },
  done: 'cordoned',
} as const;
const fence = { action: 'fence', params: { rate: 5 }, other: { rate: 7 }, done: 'fenced' } as const;
const user = (user: string) => ({ on: 'nodes', user });
export const WAYS: Way[] = [
  { ...cordon, name: 'cordon' },
  { ...cordon, name: 'cordon by iptables', iptables: true },
  { ...fence, name: 'fence on hosts' },
  { ...fence, name: 'fence on hosts by iptables', iptables: true },
  { ...fence, name: 'fence on nodes', params: user('65534'), other: user('1') },
];

/** All ways in one shell, and each kind of change in one other: what differs by shell is little. */
export const WAYS_BY_SHELL = SHELLS.map(
  (shell, n) => [shell.join(' '), shell, n === 0 ? WAYS : [n === 1 ? WAYS[0]! : WAYS[3]!]] as const,
);

const TOOLS = join(import.meta.dirname, 'tools');
const PLANES = [fleetNode({ name: 'cp1', roles: ['control-plane'], address: '10.0.0.1' })];

/** A machine, and the orders that runs give it. */
export class ArmedNode {
  constructor(
    readonly box: Sandbox,
    readonly shell: string[],
    readonly way: Way,
  ) {
    box.file('/run/systemd/system/.here', '');
    for (const file of readdirSync(TOOLS)) {
      if (!(way.iptables && file === 'nft.sh')) this.tool(file.replace('.sh', ''));
    }
  }

  tool = (name: string) => this.box.tool(name, readFileSync(join(TOOLS, `${name}.sh`), 'utf8'));

  /** The tool as it is, with lines before it. */
  wrap = (name: string, before: string) =>
    this.box.tool(name, `${before}\n${readFileSync(join(TOOLS, `${name}.sh`), 'utf8')}`);

  at = (path: string) => join(this.box.root, path);

  order(
    op: Op,
    runId: string,
    of: { action?: string; params?: Way['params']; before?: Ran; first?: string } = {},
  ): Promise<Ran> {
    const declared = actionNamed(of.action ?? this.way.action);
    const params = parseParams(declared, of.params ?? this.way.params, 'params');
    const over = { runId, params, context: context(PLANES), before: () => of.before?.result?.before };
    return this.box.run((of.first ?? '') + order(declared, op, over), this.shell);
  }

  /** What a run that comes now finds; nothing is changed by the question. */
  async found(params = this.way.params): Promise<string> {
    const { result } = await this.order('check', 'later', { params });
    return `${result?.state}, ${result?.before?.table}: ${/^\w+ (already|by an order).*?(?=;|$)/.exec(result?.note ?? '')?.[0] ?? ''}`;
  }

  /** What it finds where that is so already, and stays. */
  get kept(): string {
    return `already, present: ${this.way.done} already${this.way.iptables ? ' (iptables)' : ''}`;
  }

  there(): boolean {
    const rules = this.way.iptables ? 'iptables' : 'table';
    return existsSync(this.at(rules)) && /FIREAXE|table/.test(readFileSync(this.at(rules), 'utf8'));
  }

  /** Its time is up. */
  async fire(runId: string): Promise<void> {
    rmSync(this.at(`active/fireaxe-${this.way.action}-${runId}-s1.timer`), { force: true });
    await this.box.run(`/bin/sh "$SANDBOX/run/fireaxe/${runId}/s1/revert"`, this.shell);
  }

  timers = () => readdirSync(this.at('active')).filter((name) => name.endsWith('.timer'));
}
