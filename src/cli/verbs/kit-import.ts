import { usage } from '../../base/errors.ts';
import { chooseCluster, openContext } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { listOf, rolesTyped } from '../kit/import-roles.ts';
import { choice, grouped, parsed, toggle, value, values } from '../option.ts';
import { clusterOptions, consentOptions, verboseOptions } from '../options.ts';
import { defineVerb } from '../types.ts';

const WORDS = ['nodes', 'services'];

export default defineVerb({
  name: 'kit import',
  summary:
    'Take the nodes or the services of a cluster from a source: shows the difference, and keeps what people wrote by hand',
  examples: [
    'fireaxe kit import -c prod-1 --context prod-1',
    'kubectl get nodes -o json | fireaxe kit import -c prod-1 --kubectl - --yes',
    'fireaxe kit import -c prod-1 --ansible inventory.ini --only kube_control_plane,kube_node',
    'ansible-inventory -i inventory --list | fireaxe kit import --ansible - --dry-run',
    "fireaxe kit import --ssh-config ~/.ssh/config --only 'prod1-*' --role control-plane='prod1-cp*'",
    'fireaxe kit import --csv nodes.csv          # name,address,roles,port,user,zone,machineId',
    'fireaxe kit import -c prod-1 --ec2',
    'fireaxe kit import services -c prod-1 --context prod-1',
    'kubectl get services,endpointslices -A -o json | fireaxe kit import services -c prod-1 --kubectl - --yes',
  ],
  danger: 'read',
  argument: ['[what]', 'nodes (default), or services: names for dns hold, from --kubectl or --context alone'],
  words: WORDS,
  options: {
    ...grouped('From where:', {
      kubectl: value('--kubectl <file>', 'output of kubectl get nodes (services) -o json; - is stdin'),
      context: value('--context <name>', 'ask kubectl with this context'),
      ansible: value('--ansible <file>', 'inventory as INI or YAML, or ansible-inventory --list; - is stdin'),
      sshConfig: value('--ssh-config <file>', 'hosts of an ssh_config, such as ~/.ssh/config'),
      csv: value('--csv <file>', 'table whose first line names the columns; - is stdin'),
      ec2: toggle('--ec2', 'instances of EC2, as nodes --discover reads them'),
    }),
    ...grouped('What of it:', {
      only: parsed('--only <globs>', "hosts or groups to take, such as 'prod-*',kube_node", listOf),
      role: values('--role <role=globs>', "hosts or groups of a role, such as control-plane='cp-*'"),
      address: choice(
        '--address <internal|external>',
        'which address, of kubectl',
        ['internal', 'external'],
        {
          default: 'internal',
        },
      ),
      replace: toggle('--replace', 'the source wins over what was written by hand'),
    }),
    cluster: clusterOptions.cluster,
    ...grouped('The change:', { dryRun: toggle('--dry-run', 'show the difference; write nothing') }),
    yes: consentOptions.yes,
    ...verboseOptions,
  },
  notes: `
Names are resolved now, since in an emergency none is: the snapshot has addresses alone. What differs from the last
import of the same source was written by hand, and stays; nodes that the source had and has no longer are removed.`,
  async run([what = 'nodes'], flags, io) {
    if (!WORDS.includes(what))
      throw usage(`unknown argument ${JSON.stringify(what)}`, {
        expected: WORDS.join(' or '),
        next: 'fireaxe kit import --help',
      });
    const { readSource, refuseOtherThanOne } = await import('../kit/import-source.ts');
    if (what === 'services') {
      const { importServices, refuseFlagsOfNodes } = await import('../kit/import-services.ts');
      refuseFlagsOfNodes(flags);
      refuseOtherThanOne(flags, 'services');
      const context = await openContext(flags, io, { fleets: 'if-there' });
      await importServices(context, await chooseCluster(context), flags);
      return EXIT.done;
    }
    refuseOtherThanOne(flags);
    const roles = rolesTyped(flags.role ?? []);
    const context = await openContext(flags, io, { fleets: 'if-there' });
    const cluster = await chooseCluster(context);
    const { fromEc2, importInto } = await import('../kit/import-into.ts');
    const replace = flags.replace === true;
    if (flags.ec2) {
      await importInto(context, cluster, { ...(await fromEc2(context, cluster)), replace });
      return EXIT.done;
    }
    const inventory = await readSource(flags, io);
    for (const note of inventory.notes) context.sink.note(note);
    const { nodesOf } = await import('../../kit/import/nodes.ts');
    const nodes = await nodesOf(inventory, { cluster, only: flags.only, roles });
    const { kind, source } = inventory;
    await importInto(context, cluster, { kind, source, nodes, replace });
    return EXIT.done;
  },
});
