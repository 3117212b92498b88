import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Api, onMachine, processesOf, recordsOf } from './machine.ts';

const api = new Api();
beforeAll(() => api.listen());
afterAll(() => api.close());

const ON = [
  'drill',
  '--on',
  'c1',
  '--playbook',
  'hold-it',
  '--reason',
  'GAME-7',
  '--calls',
  '6',
  '--for',
  '10s',
];
const LEAD = ['--lead', '4s'];
const CONFIRM = ['--confirm', 'c1 1', ...LEAD];

describe('a drill on a cluster', { timeout: 300_000 }, () => {
  it('is refused where the kit does not allow it', () =>
    onMachine(
      api,
      async ({ fireaxe, kit }) => {
        const { code, stderr } = fireaxe.run([...ON, ...CONFIRM], { kit });
        expect(stderr).toMatch(
          /drills are not allowed on c1[\s\S]*drills: allowed[\s\S]*next: fireaxe help game-day/,
        );
        expect(code).toBe(7);
        expect(recordsOf(fireaxe)).toEqual([]);
      },
      'refused',
    ));

  it('shows its plans and changes nothing under --dry-run; --yes is not consent', () =>
    onMachine(api, async ({ fireaxe, kit }) => {
      const dry = fireaxe.run([...ON, ...LEAD, '--dry-run'], { kit });
      expect(dry.stdout).toMatch(
        /call \/version of the API servers 6 times a second[\s\S]*4s later, unless more than 30%[\s\S]*freeze[\s\S]*--confirm "c1 1"/,
      );
      expect(dry.code).toBe(0);
      // The shipped playbook, unchanged: the flood is its offender, and no server is scaled.
      const [, ...words] = ON.join(' ').replace(' --playbook hold-it', '').split(' ');
      const usual = fireaxe.run(['drill', ...words, ...LEAD, '--dry-run'], { kit });
      expect(usual.stdout).toMatch(
        /process=fireaxe-flood[\s\S]*delete DaemonSet default\/fireaxe-flood[\s\S]*--confirm "c1 2"/,
      );
      expect(usual.stdout).not.toContain('instance type');
      const declined = fireaxe.run([...ON, ...LEAD, '--confirm', 'c1 2'], { kit });
      expect(declined.stderr).toContain('expected: --confirm "c1 1"');
      expect(declined.code).toBe(5);
      expect(fireaxe.run([...ON, ...LEAD], { kit }).code).toBe(5);
      const short = fireaxe.run([...ON, '--lead', '10s', '--dry-run'], { kit });
      expect(short.stderr).toContain('the flood would be over after 10s, and the playbook begins after 10s');
      expect(short.code).toBe(2);
      const json = fireaxe.run([...ON, ...LEAD, '--dry-run', '-o', 'json'], { kit });
      const { flood } = JSON.parse(json.stdout);
      // One node that hangs holds up the others for no longer.
      expect(flood.workstreams[0].steps[0]).toMatchObject({ runMs: 30_000, wholeMs: 30_000 });
      expect(recordsOf(fireaxe)).toEqual([]);
      expect(processesOf(fireaxe.directory)).toEqual([]);
    }));

  it('floods, recovers, scores, and leaves nothing', () =>
    onMachine(api, async ({ fireaxe, kit }) => {
      const { code, stdout, stderr } = await fireaxe.start([...ON, ...CONFIRM], kit).ended;
      expect(stdout, stderr).toMatch(
        /recovered +yes: the flood did not break it\n[\s\S]*calls of the flood +[1-9]\d*, of which [1-9]/,
      );
      expect(stdout).toContain('playbook: done');
      expect(code).toBe(0);
      expect(api.versions).toBeGreaterThan(0);
      expect(processesOf(fireaxe.directory)).toEqual([]);
      // Both are runs as any other.
      expect(fireaxe.run(['runs'], { kit }).stdout).toMatch(
        /hold-it[\s\S]*drill-flood|drill-flood[\s\S]*hold-it/,
      );
      const flood = /run (\S*drill-flood\S*): log/.exec(stderr)?.[1] ?? 'last';
      expect(fireaxe.run(['timeline', flood], { kit }).stdout).toMatch(/undo/);
    }));
});
