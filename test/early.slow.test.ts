import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { buildEarly } from './cluster/build/early.mjs';
import { noGo } from './cluster/build/go.mjs';

const BUILD = join(import.meta.dirname, 'cluster/build');
const BINARIES = 13;
/** The kernel's number of a policy; a machine without chrt keeps its own. */
const IDLE = spawnSync('chrt', ['--idle', '0', 'true']).status === 0 ? '5' : '0';

// A Linux program: so is the cluster.
describe.skipIf(process.platform !== 'linux')('the build of the cluster', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'early-'));
    mkdirSync(join(dir, 'bin'));
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(dir, { recursive: true, force: true });
  });

  /** Puts a `go` on the PATH that prints this version, and runs this script with OUT for `go build`. */
  function fakeGo(build: string, version = 'go1.26.8'): NodeJS.ProcessEnv {
    const script = `#!/bin/sh
[ "$1" = env ] && { echo ${version}; echo amd64; exit; }
while [ "$1" != -o ]; do shift; done
OUT=$2
${build}
`;
    writeFileSync(join(dir, 'bin/go'), script, { mode: 0o755 });
    return {
      ...process.env,
      PATH: `${join(dir, 'bin')}:${process.env.PATH}`,
      FIREAXE_CLUSTER_CACHE: join(dir, 'cache'),
      DIR: dir,
    };
  }
  const start = (args: string[], env: NodeJS.ProcessEnv) => {
    const child = spawn(process.execPath, args, { env });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
    return { child, ended: once(child, 'close').then(([code]) => ({ code, output })) };
  };
  const cache = () => readdirSync(join(dir, 'cache'));
  const kept = () =>
    cache()
      .flatMap((folder) => readdirSync(join(dir, 'cache', folder)).map((name) => join(folder, name)))
      .map((path) => readFileSync(join(dir, 'cache', path), 'utf8'));
  const halfMade = () => cache().filter((name) => name.startsWith('building-'));

  it('may run twice at a time, and keeps complete binaries only', async () => {
    const env = fakeGo('printf half >"$OUT"; sleep 0.02; printf " whole" >>"$OUT"');
    const both = [start([join(BUILD, 'build.mjs')], env), start([join(BUILD, 'build.mjs')], env)];
    for (const { ended } of both) expect(await ended).toMatchObject({ code: 0 });
    expect(kept()).toEqual(Array(BINARIES).fill('half whole'));
    expect(halfMade()).toEqual([]);
  });

  it('says what Go said when it fails, and keeps nothing', async () => {
    const env = fakeGo('printf half >"$OUT"; echo "no such module" >&2; exit 1');
    const { code, output } = await start([join(BUILD, 'build.mjs')], env).ended;
    expect(code).toBe(1);
    expect(output).toBe('cannot build k8s.io/kubernetes/cmd/kube-apiserver: no such module\n');
    expect(kept()).toEqual([]);
  });

  const stopped = {
    code: 1,
    output: 'cannot build k8s.io/kubernetes/cmd/kube-apiserver: go ended with SIGINT\n',
  };
  it.each([
    ['is stopped', 'SIGTERM', `${JSON.stringify(stopped)}\n`],
    ['has lost the process that began it', 'SIGKILL', ''],
  ] as const)('runs early at the lowest priority, and ends where it %s', async (_how, signal, printed) => {
    const env = fakeGo(
      'printf half >"$OUT"; echo $$ >"$DIR/pid.new"; mv "$DIR/pid.new" "$DIR/pid"; exec sleep 600',
    );
    const early = `import(${JSON.stringify(join(BUILD, 'early.mjs'))}).then(async (m) => {
      const build = m.buildEarly();
      process.once('SIGTERM', build.stop);
      console.log(JSON.stringify(await build.ended));
    })`;
    const { child, ended } = start(['-e', early], env);
    await expect.poll(() => existsSync(join(dir, 'pid'))).toBe(true);
    const go = readFileSync(join(dir, 'pid'), 'utf8').trim();
    const fields = readFileSync(`/proc/${go}/stat`, 'utf8').split(') ')[1]!.split(' ');
    expect({ nice: fields[16], policy: fields[38] }).toEqual({ nice: '19', policy: IDLE });
    child.kill(signal);
    expect((await ended).output).toBe(printed);
    await expect.poll(() => existsSync(`/proc/${go}`)).toBe(false);
    await expect.poll(halfMade).toEqual([]);
  });

  it.each([
    ['go1.19.8', 'needs Go 1.24 or newer on the PATH, not go1.19.8'],
    ['go1.26.8', undefined],
  ])('with %s: %s', (version, reason) => {
    vi.stubEnv('PATH', fakeGo('', version).PATH!);
    expect(noGo()).toBe(reason);
  });

  it('says that there is no go, and why one cannot fetch what it needs', () => {
    vi.stubEnv('PATH', join(dir, 'bin'));
    const none = 'needs Go 1.24 or newer: there is no go on the PATH';
    expect([noGo(), buildEarly()]).toEqual([none, { why: none }]);
    writeFileSync(join(dir, 'bin/go'), '#!/bin/sh\necho "go: download go1.24.1: no route" >&2; exit 1\n', {
      mode: 0o755,
    });
    expect(noGo()).toBe('needs Go 1.24 or newer: go: download go1.24.1: no route');
  });
});
