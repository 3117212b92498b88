import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseParams } from '../../../src/actions/params.ts';
import { actionNamed } from '../../../src/actions/registry.ts';
import { nodeScript } from '../../../src/node/script.ts';
import { context, fleetNode, Sandbox, SHELLS, target } from '../../node/sandbox.ts';

const TOOLS = join(import.meta.dirname, '../../node/tools');
const fence = actionNamed('fence');
const KCM = 'kube-controller-manager\0--leader-elect=true\0';
const FROZEN = { 'etc/kubernetes/fireaxe-paused/.kube-controller-manager.yaml.frozen': 'x\n' };

/** What the check of a fence says of the controllers on a host where these command lines run. */
async function checked(shell: string[], commands: string[], files: Record<string, string> = {}) {
  const node = new Sandbox();
  try {
    commands.forEach((command, i) => {
      // The kernel keeps 15 bytes of a name.
      node.file(`proc/${100 + i}/comm`, 'kube-controller\n');
      node.file(`proc/${100 + i}/cmdline`, command);
    });
    for (const [path, text] of Object.entries(files)) node.file(path, text);
    for (const tool of readdirSync(TOOLS))
      node.tool(tool.replace('.sh', ''), readFileSync(join(TOOLS, tool), 'utf8'));
    node.file('sockets', '');
    node.file('/run/systemd/system/.here', '');
    const where = context([fleetNode({ name: 'cp1', roles: ['control-plane'], address: '10.0.0.1' })]);
    const script = nodeScript({
      action: fence,
      params: parseParams(fence, {}, 'fence'),
      op: 'check',
      runId: 'r1',
      stepId: 's1',
      notAfter: new Date(Date.now() + 60_000),
      deadlineMs: 60_000,
      context: where,
    });
    const { result } = await node.run(script.textFor(target({ name: 'cp1' }), 'ssh'), shell, {
      env: { SSH_CONNECTION: '198.51.100.4 50000 10.0.0.1 22' },
    });
    return {
      controllers: result?.data?.controllers,
      warns: result?.note?.includes('pause it first'),
      result,
    };
  } finally {
    node.remove();
  }
}

describe.each(SHELLS.map((shell) => [shell.join(' '), shell] as const))('%s', (_name, shell) => {
  it('says before a fence that kube-controller-manager runs on the host', async () => {
    expect(await checked(shell, [KCM])).toMatchObject({ controllers: 'running', warns: true });
  });

  it.each<[string, string[], object]>([
    ['it does not', [], {}],
    ['only a namesake does', ['/usr/bin/kube-controllers\0'], {}],
    ['a pause froze it', [KCM], FROZEN],
  ])('says nothing where %s', async (_why, commands, files) => {
    const seen = await checked(shell, commands, files as Record<string, string>);
    expect(seen.result).toMatchObject({ op: 'check', state: 'would' });
    expect(seen).toMatchObject({ controllers: undefined, warns: false });
  });
});
