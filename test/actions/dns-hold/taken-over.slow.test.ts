import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseParams } from '../../../src/actions/params.ts';
import { actionNamed } from '../../../src/actions/registry.ts';
import { startCoreDns } from '../../node/coredns.ts';
import { order } from '../../node/made-up.ts';
import { Sandbox, SHELLS } from '../../node/sandbox.ts';

const TOOLS = join(import.meta.dirname, '../../node/tools');
const COREFILE =
  '.:53 {\n    errors\n    kubernetes cluster.local in-addr.arpa ip6.arpa\n    forward . 192.0.2.53\n}\n';
const RULES =
  '*nat\n-A KUBE-SERVICES -d 10.96.0.1/32 -p tcp -m comment --comment "default/kubernetes:https cluster IP" -m tcp --dport 443 -j KUBE-SVC-X\nCOMMIT\n';
const HOME = 'run/fireaxe/dns-hold';
const hold = actionNamed('dns-hold');

/** A node whose CoreDNS has restarted, and the watch of another run has not seen it yet. */
async function heldByAnother(): Promise<{
  box: Sandbox;
  watch: { exitCode: number | null; signalCode: string | null };
}> {
  const box = new Sandbox();
  onTestFinished(() => box.remove());
  box.file('/run/systemd/system/.here', '');
  for (const file of readdirSync(TOOLS).filter((name) => !['ip.sh', 'nsenter.sh'].includes(name)))
    box.tool(file.replace('.sh', ''), readFileSync(join(TOOLS, file), 'utf8'));
  box.file('/iptables-save', RULES);
  onTestFinished(await startCoreDns(box, '10.244.1.2', { corefile: COREFILE }));
  box.file(`/${HOME}/who`, 'r0/s1\n');
  box.file(`/${HOME}/step`, `${box.root}/run/fireaxe/r0/s1\n`);
  box.file(`/${HOME}/table`, '10.96.0.1 kubernetes.default\n192.0.2.1 hold.fireaxe\n');
  const script = join(box.root, HOME, 'watch.sh');
  writeFileSync(script, 'while :; do sleep 0.1; done\n');
  const watch = spawn('/bin/sh', [script], { stdio: 'ignore' });
  onTestFinished(() => void watch.kill());
  mkdirSync(join(box.root, 'proc', String(watch.pid)), { recursive: true });
  box.file(`/proc/${watch.pid}/cmdline`, `/bin/sh\0${script}\0`);
  box.file(`/proc/${watch.pid}/stat`, readFileSync(`/proc/${watch.pid}/stat`, 'utf8'));
  box.file(`/${HOME}/watch`, `${watch.pid}\n`);
  return { box, watch };
}

describe.each(SHELLS.map((s) => [s.join(' '), s] as const))('%s', (_name, shell) => {
  test('a hold that takes over that of another run ends its watch, tells what it lacks, and is undone', async () => {
    const { box, watch } = await heldByAnother();
    const params = parseParams(hold, { timer: '1m' }, 'params');
    const give = async (op: 'apply' | 'keep' | 'undo', before?: Record<string, string>) =>
      (await box.run(order(hold, op, { params, before: () => before }), shell)).result;
    const applied = await give('apply');
    expect(applied).toMatchObject({ state: 'changed', before: { dns: 'held' } });
    await expect.poll(() => watch.signalCode ?? watch.exitCode).not.toBeNull();
    expect(readFileSync(join(box.root, HOME, 'who'), 'utf8')).toBe('r1/s1\n');
    expect((await give('keep'))?.state).toBe('changed');
    // Who wants more names than the hold that stands has learns that it lacks them.
    const headless = '# 2026-11-20T10:00:00.000Z\n10.244.1.7 db.shop';
    const more = parseParams(hold, { timer: '1m', kitHeadless: 'true', headless }, 'params');
    const { result } = await box.run(order(hold, 'apply', { params: more, runId: 'r2' }), shell);
    expect(result).toMatchObject({
      state: 'already',
      note: 'held already; it was made without the headless services of 2026-11-20T10:00:00.000Z: undo it first (fireaxe undo r1), then hold again',
    });
    expect(await give('undo', applied?.before)).toMatchObject({ state: 'changed' });
    expect(existsSync(join(box.root, HOME))).toBe(false);
  });
});
