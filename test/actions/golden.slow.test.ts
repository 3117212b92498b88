import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseParams } from '../../src/actions/params.ts';
import { ACTION_NAMES, actionNamed } from '../../src/actions/registry.ts';
import type { FleetNode } from '../../src/fleet/types.ts';
import type { ClusterKit } from '../../src/kit/types.ts';
import { nodeScript } from '../../src/node/script.ts';
import type { Op } from '../../src/node/types.ts';
import { type CoreDns, startCoreDns } from '../node/coredns.ts';
import { context, fleetNode, Sandbox, SHELLS, target } from '../node/sandbox.ts';

/** Facts and parameters in; variables, results, commands and their undo out. A new case is a new file. */
interface Golden {
  params: Record<string, unknown>;
  nodes?: Partial<FleetNode>[];
  kubernetes?: Partial<ClusterKit['kubernetes']>;
  drills?: 'allowed';
  env?: Record<string, string>;
  /** Files of the node, by path. */
  files?: Record<string, string>;
  /** Links of the node: where each leads, by path. */
  links?: Record<string, string>;
  /** Tools that this node does not have. */
  without?: string[];
  /** Tools that a node has only where a case says so. */
  with?: string[];
  /** Pods of CoreDNS on the node, by address. */
  coredns?: Record<string, CoreDns>;
  variables?: Record<string, string>;
  steps: {
    op: Op;
    run?: string;
    stdin?: string;
    /** The timer of the first apply fires before it. */
    fired?: true;
    result: Record<string, unknown>;
    /** What its line for people must say. */
    note?: string;
    calls?: string[];
    stdout?: string;
    /** Lines that its tools have written to a file of the node. */
    wrote?: Record<string, string[]>;
    there?: string[];
    gone?: string[];
    /** Files of the node, byte for byte. */
    text?: Record<string, string>;
    /** All that a folder has, and where its links lead. */
    names?: Record<string, string[]>;
  }[];
}

const HERE = import.meta.dirname;
const TOOLS_DIR = join(HERE, '../node/tools');
const TOOLS = readdirSync(TOOLS_DIR).map((name) => name.replace('.sh', ''));
const RARE = ['ip', 'nsenter'];
const cases = readdirSync(HERE, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .flatMap(({ name }) =>
    readdirSync(join(HERE, name))
      .filter((file) => file.endsWith('.json'))
      .map((file) => ({
        action: name,
        name: file.replace('.json', ''),
        golden: read(join(HERE, name, file)),
      })),
  );

test.each(ACTION_NAMES.filter((name) => actionNamed(name).node))(
  '%s, which runs on nodes, has cases',
  (name) => {
    expect(cases.filter((one) => one.action === name)).not.toEqual([]);
  },
);

describe.concurrent.each(SHELLS.map((shell) => [shell.join(' '), shell] as const))('%s', (_name, shell) => {
  test.each(cases.map((c) => [`${c.action}: ${c.name}`, c] as const))(
    '%s',
    async (_title, { action, golden }) => {
      const node = new Sandbox();
      const ends: (() => void)[] = [];
      // Not `onTestFinished`, which takes the test of those side by side for another.
      try {
        for (const [at, dns] of Object.entries(golden.coredns ?? {}))
          ends.push(await startCoreDns(node, at, dns));
        await follow(node, shell, action, golden);
      } finally {
        for (const end of ends) end();
        node.remove();
      }
    },
  );
});

async function follow(node: Sandbox, shell: string[], action: string, golden: Golden): Promise<void> {
  prepare(node, golden);
  const declared = actionNamed(action);
  const nodes = (golden.nodes ?? [{}]).map((node, i) =>
    // One machine each; the first is the one at hand.
    fleetNode({ ...(i > 0 && { machineId: String(i).padStart(32, '0') }), ...node }),
  );
  const params = parseParams(declared, golden.params, 'params');
  const where = context(nodes, golden.kubernetes);
  if (golden.drills) where.cluster.drills = golden.drills;
  expect(declared.node!.variables(params, target(), where)).toMatchObject(golden.variables ?? {});
  let before: Record<string, string> | undefined;
  for (const step of golden.steps) {
    if (step.fired)
      await node.run('timeout -s KILL 20 /bin/sh "$FIREAXE_ROOT/run/fireaxe/r1/s1/revert"', shell);
    for (const notes of ['calls', 'sent']) rmSync(join(node.root, notes), { force: true });
    const text = nodeScript({
      action: declared,
      params,
      op: step.op,
      runId: step.run ?? 'r1',
      stepId: 's1',
      notAfter: new Date(Date.now() + 600_000),
      deadlineMs: 20_000,
      context: where,
      before: () => before,
    }).textFor(target(), 'ssh');
    const ran = await node.run(text, shell, {
      ...(step.stdin !== undefined && { stdin: step.stdin }),
      ...(golden.env && { env: golden.env }),
    });
    if (step.op === 'apply') before ??= ran.result?.before;
    const label = `${step.op}: ${ran.stderr}`;
    expect(tidy(ran.result, node), label).toMatchObject(step.result);
    if (step.note) expect(ran.result?.note, label).toContain(step.note);
    if (step.calls) expect(calls(node), label).toEqual(step.calls);
    if (step.stdout !== undefined) expect(ran.stdout, label).toBe(step.stdout);
    for (const [path, lines] of Object.entries(step.wrote ?? {}))
      expect(readFileSync(join(node.root, path), 'utf8').trim().split('\n'), label).toEqual(lines);
    for (const [path, text] of Object.entries(step.text ?? {}))
      expect(readFileSync(join(node.root, path), 'utf8'), label).toBe(text);
    for (const [path, names] of Object.entries(step.names ?? {}))
      expect(namesIn(join(node.root, path)), label).toEqual(names);
    for (const path of step.there ?? [])
      expect(existsSync(join(node.root, path)), `${path} ${label}`).toBe(true);
    for (const path of step.gone ?? [])
      expect(existsSync(join(node.root, path)), `${path} ${label}`).toBe(false);
  }
}

function prepare(box: Sandbox, golden: Golden): void {
  box.file('/run/systemd/system/.here', '');
  const has = (tool: string) => (RARE.includes(tool) ? golden.with : TOOLS)?.includes(tool);
  for (const name of TOOLS.filter((tool) => has(tool) && !golden.without?.includes(tool))) {
    box.tool(name, readFileSync(join(TOOLS_DIR, `${name}.sh`), 'utf8'));
  }
  for (const [path, text] of Object.entries(golden.files ?? {})) box.file(path, text);
  for (const [path, to] of Object.entries(golden.links ?? {})) {
    mkdirSync(dirname(join(box.root, path)), { recursive: true });
    symlinkSync(to, join(box.root, path));
  }
}

function namesIn(folder: string): string[] {
  return readdirSync(folder)
    .sort()
    .map((name) => {
      const path = join(folder, name);
      return lstatSync(path).isSymbolicLink() ? `${name} -> ${readlinkSync(path)}` : name;
    });
}

function calls(node: Sandbox): string[] {
  const path = join(node.root, 'calls');
  return existsSync(path) ? tidy(readFileSync(path, 'utf8').trim().split('\n'), node) : [];
}

function tidy<T>(value: T, node: Sandbox): T {
  return JSON.parse(
    JSON.stringify(value ?? null)
      .replaceAll(node.root, '')
      .replace(/--setenv=PATH=\S*/g, '--setenv=PATH'),
  );
}

function read(path: string): Golden {
  return JSON.parse(readFileSync(path, 'utf8')) as Golden;
}
