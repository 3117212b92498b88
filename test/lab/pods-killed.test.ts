import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { BeforeState } from '../../src/node/types.ts';
import { hooked, STAGES, type Stage, type Survivor, survivesClient, survivesScript, until } from './kills.ts';
import { give, type Order, orderText } from './orders.ts';
import { findCrictl } from './pods/crictl.ts';
import { PodLab } from './pods/pods.ts';

const crictl = findCrictl();
if ('reason' in crictl) console.log(`not run: real pods killed (${crictl.reason})`);

const FREEZE = { pods: 'telemetry/app=off', for: '10m' };
const NETWORK = { ...FREEZE, how: 'network' };
const HALF = 'HO_N=0\nuntil [ -e "$HO_HERE/pass" ]';

/**
 * Each on a machine of its own, so that they run side by side; and where its watch stands amid a change,
 * with what it wrote by then.
 */
const HOLDS = [
  { name: 'freeze, v2', at: 'v2', params: FREEZE, amid: 'freezer_set "$PO_G" 1', amidst: 'frozen' },
  { name: 'freeze, v1', at: 'v1', params: FREEZE, amid: 'freezer_set "$PO_G" 1', amidst: 'frozen' },
  { name: 'network, v2', at: 'n2', params: NETWORK, amid: 'PO_LAST=$PO_T &&', amidst: 'rules.nft' },
] as const;
const POD = 'POD:PATIENT';

describe.skipIf('reason' in crictl)('a hold of pods, killed', () => {
  let pods: PodLab;
  beforeAll(async () => {
    if ('reason' in crictl) return;
    pods = await PodLab.up(crictl.path, { v1: 'v1', v2: 'v2', n2: 'v2' });
  });
  afterAll(() => pods?.down());

  describe.concurrent.each(HOLDS)('$name', ({ at, params, amid, amidst }) => {
    describe.sequential('one after the other', () => {
      const [one, two, three] = ['11', '22', '33'].map((n) => `${at}k-${n}`) as [string, string, string];
      const network = 'how' in params;
      const sh = (command: string) => pods.sh(at, command);
      const text = (order: Order) => orderText(pods.lab, at, 'stop', params, order);
      const order = (op: Order['op'], run: string, before?: BeforeState) =>
        give(pods.lab, at, 'stop', params, { op, run, ...(before && { before }) });
      const endWatch = () => sh('systemctl stop "fireaxe-hold-*"');
      const file = (uid: string) => pods.groupOf(at, uid);
      /** What these holds change of the node and of the pods. */
      const picture = () =>
        sh(
          `grep -lE '^(1|FROZEN|FREEZING|frozen 1)' ${file(`${at}k-*`)}/{cgroup.freeze,cgroup.events,freezer.state} 2>/dev/null
          nft list ruleset | sed 's/packets.*bytes [0-9]*//'; ls -d /run/fireaxe/hold-* 2>/dev/null
          ls /run/systemd/transient | grep fireaxe; systemctl list-units --all --plain --no-legend "fireaxe*"`,
        );
      /** What the pod itself shows; the heartbeat of a frozen one stands still. */
      const held = async (uid: string) => {
        if (network) {
          await until(async () => expect(await pods.reaches(at, uid)).toBe('- - else'));
          return expect(await pods.beats(at, uid)).toBe(true);
        }
        expect(await sh(`rm -f /var/beat/${uid}; sleep 1.5; cat /var/beat/${uid} 2>&1`)).toContain('No such');
      };
      /** What the kernel says. */
      const told = async (uid: string) => {
        const word = network
          ? 'nft list ruleset'
          : `cat ${file(uid)}/cgroup.events ${file(uid)}/freezer.state`;
        expect(await sh(`${word} 2>/dev/null`)).toMatch(
          network ? /saddr 10\.244.* reject/ : /frozen 1|FROZEN/,
        );
      };
      const free = async (uid: string) => {
        await sh(`rm -f /var/beat/${uid}`);
        await until(async () => expect(await pods.beats(at, uid)).toBe(true));
        if (network) await until(async () => expect(await pods.reaches(at, uid)).toBe('service server else'));
      };
      const survivor = (who: string, stage: Stage): Survivor => ({
        machine: pods.lab.at(at),
        run: `${who}-${stage}`,
        stage,
        half: HALF,
        give: (of) => give(pods.lab, at, 'stop', params, of),
        text,
        picture,
        stands: () => (stage === 'half' ? held(one) : told(one)),
      });

      beforeAll(() => pods.start(at, one, POD));
      // What a failed one left standing is not the next one's, nor its own second try's.
      afterEach(async () => {
        await sh(
          `systemctl stop "fireaxe-hold-*"
          for g in ${file(`${at}k-*`)}; do echo 0 >$g/cgroup.freeze; echo THAWED >$g/freezer.state; done
          for t in $(nft list tables | grep -o 'fireaxe_pods_.*'); do nft delete table inet $t; done
          rm -rf /run/fireaxe`,
        );
        for (const uid of [two, three]) await pods.end(at, uid, POD);
      });

      test.each(STAGES)('the client killed at: %s', (stage) => survivesClient(survivor('c', stage)));

      test.each(STAGES)('the script on the node killed at: %s', (stage) =>
        survivesScript(survivor('n', stage)),
      );

      test('script and watch both killed amid the change: undo takes all of it', async () => {
        const before = await picture();
        // The first place is the watch's; the script has the same part for itself.
        const whole = text({ op: 'apply', run: 'amid' }).replace(amid, () => `kill -9 $$ && ${amid}`);
        expect(whole).toContain('kill -9 $$ && ');
        await pods.lab.at(at).run(hooked(whole, 'half', HALF, 'kill -9 $$'));
        // It is started again and again, and killed as often.
        await until(async () =>
          expect(await sh('systemctl show -p NRestarts --value "fireaxe-hold-*"')).not.toMatch(/^0?$/),
        );
        const { result } = await order('receipt', 'amid');
        expect(result).toMatchObject({ state: 'interrupted', before: { watch: 'off' } });
        expect(await sh(`cat /run/fireaxe/hold-*/${amidst}`)).not.toBe('');
        expect((await order('undo', 'amid', result!.before)).code).toBe(0);
        await until(async () => expect(await picture()).toBe(before));
        await free(one);
      });

      test('the watch ended: reported, restored with the new processes, and all released', async () => {
        const before = await picture();
        const first = await order('apply', 'watch-1');
        expect(first.result).toMatchObject({ state: 'changed', data: { held: '1' } });
        await endWatch();
        await until(async () =>
          expect((await order('verify', 'watch-1')).result).toMatchObject({
            state: 'failed',
            code: 'no-watch',
            data: { held: '1', running: '0' },
          }),
        );
        await held(one);
        // What comes now is not held.
        await pods.start(at, two, POD);
        await free(two);
        expect((await order('check', 'watch-2')).result).toMatchObject({
          state: 'would',
          data: { held: '1', running: '1' },
        });
        const second = await order('apply', 'watch-2');
        expect(second.result).toMatchObject({
          state: 'changed',
          data: { held: '2', running: '0' },
          before: { watch: 'off' },
        });
        expect((await order('verify', 'watch-1')).result).toMatchObject({ state: 'ok' });
        for (const uid of [one, two]) await held(uid);
        await endWatch();
        const undo = await order('undo', 'watch-2', second.result!.before);
        expect(undo.result).toMatchObject({ note: network ? '1 released' : '2 released' });
        expect((await order('undo', 'watch-1', first.result!.before)).code).toBe(0);
        for (const uid of [one, two]) await free(uid);
        await until(async () => expect(await picture()).toBe(before));
      });

      test('a reboot leaves nothing of it, and undo finds nothing to do', async () => {
        const before = await picture();
        const apply = await order('apply', 'boot');
        expect(apply.result).toMatchObject({ state: 'changed', data: { held: '1' } });
        await held(one);
        await pods.reboot(at);
        expect(await picture()).toBe(before);
        expect(await sh('ls /run/fireaxe 2>/dev/null')).toBe('');
        expect(await order('receipt', 'boot')).toMatchObject({ code: 5, result: { state: 'absent' } });
        expect((await order('verify', 'boot')).result).toMatchObject({ state: 'failed', code: 'no-watch' });
        const undo = await order('undo', 'boot', apply.result!.before);
        expect(undo).toMatchObject({ code: 0, result: { note: '0 released' } });
        await pods.start(at, three, POD);
        await free(three);
      });
    });
  });
});
