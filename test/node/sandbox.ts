import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FleetNode } from '../../src/fleet/types.ts';
import type { ClusterKit, Target } from '../../src/kit/types.ts';
import type { ActionContext } from '../../src/node/types.ts';
import { splitResult } from '../../src/transport/node-output.ts';
import type { NodeResult } from '../../src/transport/types.ts';

/** The shells of this machine that a node's sh may be. */
export const SHELLS: string[][] = [['dash'], ['bash', '--norc', '--posix'], ['busybox', 'sh']].filter(
  ([name]) => (process.env.PATH ?? '').split(':').some((dir) => existsSync(join(dir, name!))),
);

/** One machine made of a folder: its own root, and tools that are shell scripts. */
export class Sandbox {
  readonly root = mkdtempSync(join(tmpdir(), 'fireaxe-node-'));

  constructor() {
    mkdirSync(join(this.root, 'run'));
    mkdirSync(join(this.root, 'tools'));
    this.file('/etc/machine-id', `${MACHINE_ID}\n`);
  }

  file(path: string, text: string): void {
    const whole = join(this.root, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, text);
  }

  /** A tool first in PATH; it notes how it was called in `calls`. */
  tool(name: string, body: string): void {
    const path = join(this.root, 'tools', name);
    writeFileSync(
      path,
      `#!/bin/sh\nprintf '%s' '${name}' >>"$SANDBOX/calls"\nprintf ' %s' "$@" >>"$SANDBOX/calls"\necho >>"$SANDBOX/calls"\n${body}\n`,
    );
    chmodSync(path, 0o755);
  }

  remove(): void {
    // What it started may still write.
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
  }

  run(
    text: string,
    shell: string[],
    options: { stdin?: string; env?: Record<string, string> } = {},
  ): Promise<Ran> {
    return runShell(text, shell, {
      ...options,
      env: {
        PATH: `${join(this.root, 'tools')}:${process.env.PATH}`,
        FIREAXE_ROOT: this.root,
        SANDBOX: this.root,
        ...options.env,
      },
    });
  }
}

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
  result?: NodeResult;
  /** Resolves when nothing that it started holds its output any more. */
  closed: Promise<void>;
}

/** Gives the text to the shell as an SSH transport would: by `eval`, with standard input left for the secret. */
function runShell(
  text: string,
  shell: string[],
  options: { stdin?: string; env: Record<string, string> },
): Promise<Ran> {
  // As on a node: each program that the text starts would get a copy of an exported text.
  const command = 'FX_TEXT=$FX_GIVEN; unset FX_GIVEN; eval "$FX_TEXT"';
  const child = spawn(shell[0]!, [...shell.slice(1), '-c', command], {
    env: { ...options.env, FX_GIVEN: text },
    detached: true,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  // A script that does not read it may end before it is written.
  child.stdin.on('error', () => {});
  child.stdin.end(options.stdin ?? '');
  const closed = new Promise<void>((done) => child.on('close', () => done()));
  return new Promise((resolve) => {
    // The end of the shell, not of its pipes: a background child may hold them.
    child.on('exit', async (code) => {
      await drained(() => stdout.length + stderr.length);
      const nonce = /^FX_NONCE=(\w+)$/m.exec(text)?.[1] ?? '';
      resolve({ code, stderr, closed, ...rename(splitResult(stdout, nonce)) });
    });
  });
}

/** The exit of a process may arrive before the end of its output: waits for whole turns of the loop that read nothing. */
async function drained(length: () => number): Promise<void> {
  for (let quiet = 0, was = -1; quiet < 3; quiet++) {
    await new Promise((done) => setTimeout(done, 5));
    await new Promise((done) => setImmediate(() => setImmediate(done)));
    if (length() !== was) quiet = 0;
    was = length();
  }
}

function rename(split: { output: string; result?: NodeResult }) {
  return { stdout: split.output, ...(split.result && { result: split.result }) };
}

export const MACHINE_ID = '0123456789abcdef0123456789abcdef';

export function fleetNode(over: Partial<FleetNode> = {}): FleetNode {
  return {
    name: 'n1',
    cluster: 'c',
    roles: ['worker'],
    address: '10.0.0.11',
    labels: {},
    machineId: MACHINE_ID,
    ...over,
  };
}

export function target(over: Partial<Target> = {}): Target {
  const node = fleetNode();
  return {
    ...node,
    port: 22,
    internalAddress: over.internalAddress ?? over.address ?? node.address,
    ssh: { user: 'root', useAgent: false, sudo: false },
    via: ['ssh'],
    ...over,
  };
}

export function context(
  nodes: FleetNode[] = [fleetNode()],
  over: Partial<ClusterKit['kubernetes']> = {},
): ActionContext {
  return {
    nodes,
    cluster: {
      name: 'c',
      ssh: { user: 'root', port: 22, useAgent: false, sudo: false },
      bastions: {},
      via: ['ssh'],
      kubernetes: {
        apiserverPort: 6443,
        clientPorts: [],
        kubeconfigs: ['/etc/kubernetes/super-admin.conf', '/etc/kubernetes/admin.conf'],
        alwaysAllow: [],
        ...over,
      },
      parameters: {},
      fleet: { schemaVersion: 1, cluster: 'c', takenAt: '2026-01-01T00:00:00Z', source: 'file', nodes },
    },
  };
}
