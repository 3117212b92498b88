import { describe, expect, it } from 'vitest';
import { offenderWords } from '../../../../src/cli/drill/game-day/offender.ts';
import { loadPlaybook } from '../../../../src/playbook/load.ts';

const shipped = (name: string) => loadPlaybook(name, { playbooks: {} });

describe('the flood as the offender of a playbook', () => {
  it('takes the place of the real one in all that names it, and no server is scaled', async () => {
    const words = offenderWords(await shipped('control-plane-lockout'), ['gate-for=5s']);
    expect(words).toEqual([
      'bigger-servers=false',
      'gate-for=5s',
      'process=fireaxe-flood',
      'namespace=default',
      'daemonset=fireaxe-flood',
      'pod-selector=app=fireaxe-flood',
    ]);
  });

  it('gives a playbook only the parameters that it has', async () => {
    expect(offenderWords(await shipped('shed-load'), [])).toEqual(['process=fireaxe-flood']);
  });

  it('scales where that is asked for', async () => {
    const words = offenderWords(await shipped('control-plane-lockout'), ['bigger-servers=true']);
    expect(words[0]).toBe('bigger-servers=true');
  });

  it('cannot be replaced by the real one, nor be unknown to the playbook', async () => {
    const lockout = await shipped('control-plane-lockout');
    expect(() => offenderWords(lockout, ['daemonset=telemetry-agent'])).toThrow(
      expect.objectContaining({ kind: 'usage', next: 'leave -p daemonset=… out' }),
    );
    const fence = await shipped('fence-apiserver');
    expect(() => offenderWords(fence, [])).toThrow(/has no parameter process/);
  });
});
