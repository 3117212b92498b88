import { nodesText } from '../../base/counts-line.ts';
import { foldLine } from '../../base/fold-names.ts';
import { quote } from '../../base/quote.ts';
import { selectNodes } from '../../fleet/select.ts';
import { targetsOf } from '../../kit/targets.ts';
import { obtain, plainConsent, severeConsent } from '../consent.ts';
import { chooseCluster, openContext, selectionOf } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { grouped, toggle, value, values } from '../option.ts';
import { consentOptions, targetOptions, verboseOptions } from '../options.ts';
import { table } from '../output.ts';
import { defineVerb } from '../types.ts';

const { cluster, selector, nodes, limit } = targetOptions;

export default defineVerb({
  name: 'kit hosts',
  summary:
    'Take host keys from where they are trusted already, and show their fingerprints; never trusts a host itself',
  examples: [
    'fireaxe kit hosts -c prod-1                               # your known_hosts; SSM, with a cloud',
    'fireaxe kit hosts -c prod-1 --known-hosts /etc/ssh/ssh_known_hosts',
    'fireaxe kit hosts -c prod-1 --ssm --console --yes',
    'ssh-keyscan 10.0.0.11 10.0.0.12 > scan && fireaxe kit hosts -c prod-1 --scan scan',
    'fireaxe kit hosts -c prod-1 --scan scan --confirm "prod-1 2"',
  ],
  danger: 'read',
  options: {
    ...grouped('From where:', {
      knownHosts: values('--known-hosts <file>', 'a known_hosts file, such as ~/.ssh/known_hosts'),
      ssm: toggle('--ssm', 'ask the nodes over SSM'),
      console: toggle('--console', 'what cloud-init wrote to the console of each EC2 instance'),
      scan: value('--scan <file>', 'output of ssh-keyscan, whose fingerprints you compare; - is stdin'),
    }),
    cluster,
    selector,
    nodes,
    limit,
    ...grouped('The change:', { dryRun: toggle('--dry-run', 'show the keys; write nothing') }),
    ...consentOptions,
    ...verboseOptions,
  },
  notes: `
A key never takes the place of another. What ssh-keyscan heard is written only after its fingerprints were compared:
--yes is not enough. Exit 3 where a host is left without a key.`,
  async run(_args, flags, io) {
    const context = await openContext(flags, io);
    const chosen = await chooseCluster(context);
    const { sink, kit } = context;
    const targets = targetsOf(chosen, selectNodes(chosen.fleet.nodes, selectionOf(flags)));
    const [
      { doorsOf, recordOf, wordOf },
      { judge, linesFor },
      { gather },
      files,
      { inKitOf },
      { fingerprint },
    ] = await Promise.all([
      import('../../host-keys/doors.ts'),
      import('../../host-keys/gather.ts'),
      import('../kit/hosts-sources.ts'),
      import('../kit/hosts-write.ts'),
      import('../../host-keys/in-kit.ts'),
      import('../../transport/known-hosts/fingerprint.ts'),
    ]);
    const doors = doorsOf(targets);
    const { found, scanned, problems, looked } = await gather(context, chosen, doors, flags);
    const file = files.hostKeyFile(kit, chosen);
    const before = await files.textIn(file);
    const inKit = await inKitOf([...kit.knownHosts, ...(chosen.knownHosts ?? [])]);
    const hosts = judge(doors, [...found, ...scanned], inKit);

    const added = hosts.flatMap((host) => host.added);
    const rows = added.map(({ door, keyType, key, from }) => [
      door.name,
      wordOf(...recordOf(door)),
      keyType,
      fingerprint(key),
      from,
    ]);
    if (rows.length > 0)
      for (const line of table([['HOST', 'ADDRESS', 'TYPE', 'FINGERPRINT', 'FROM'], ...rows]))
        sink.text(line);
    for (const problem of problems.slice(0, 20)) sink.note(problem);
    if (problems.length > 20) sink.note(`and ${problems.length - 20} more such lines`);
    const conflicts = hosts.filter((host) => host.conflict !== undefined);
    for (const { door, conflict } of conflicts) {
      sink.note(`${door.name}: not written: ${conflict}`);
      sink.note(
        `  next: if the machine was replaced: ssh-keygen -R ${quote(wordOf(...recordOf(door)))} -f ${quote(file)}`,
      );
    }
    const without = hosts.filter((host) => host.added.length === 0 && inKit(host.door).length === 0);
    if (without.length > 0)
      sink.note(
        `no key of ${foldLine(without.map(({ door }) => door.name))} in ${looked.join(', ') || 'any source'}`,
      );
    const count = new Set(added.map(({ door }) => door)).size;
    const known = hosts.filter((host) => inKit(host.door).length > 0).length;
    const write = flags.dryRun !== true && added.length > 0;
    const told = (written: boolean) => {
      sink.json({
        cluster: chosen.name,
        file,
        written,
        keys: added.map(({ door, keyType, key, from }) => ({
          host: door.name,
          name: wordOf(...recordOf(door)),
          type: keyType,
          fingerprint: fingerprint(key),
          from,
        })),
        conflicts: conflicts.map(({ door, conflict }) => ({ host: door.name, conflict })),
        without: without.map(({ door }) => door.name),
      });
      return without.length + conflicts.length > 0 ? EXIT.targets : EXIT.done;
    };
    if (write) {
      const unproven = new Set(added.filter((one) => scanned.includes(one)).map(({ door }) => door)).size;
      const phrase = `${chosen.name} ${unproven}`;
      const what =
        'ssh-keyscan proves nothing: compare the fingerprints above with those on the hosts themselves';
      const consent =
        unproven > 0
          ? severeConsent({ phrase, what, consentTo: what }, flags, io)
          : plainConsent(`Write ${added.length} keys of ${nodesText(count)} to ${file}?`, flags, io);
      await obtain(consent, io);
      const word = (door: (typeof doors)[number]) => wordOf(...recordOf(door));
      await files.addLines(file, before, linesFor(hosts, word));
      sink.note(`${added.length} keys of ${nodesText(count)} added to ${file}`);
    } else
      sink.text(
        `${chosen.name}: ${added.length > 0 ? 'not written, because of --dry-run' : `nothing new; ${known} of ${hosts.length} hosts have keys`}`,
      );
    return told(write);
  },
});
