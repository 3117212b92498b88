import { dnsHoldParameters } from '../../actions/dns-hold/params.ts';
import { usage } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';
import { dnsCheckParameters } from '../../status/dns-names.ts';
import { givenParameters, parameterFlags, runAction } from '../action-verb.ts';
import { planOnly } from '../context.ts';
import { checkDns } from '../dns-check.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineVerb } from '../types.ts';

const WORDS = ['check', 'hold'];

export default defineVerb({
  name: 'dns',
  summary: "Ask the cluster's DNS, and keep the names of services answering while the API is down",
  examples: [
    'fireaxe dns check -c prod-1',
    'fireaxe dns check -c prod-1 --name db.shop.svc.cluster.local --name www.example.com',
    'fireaxe dns hold -c prod-1 --reason INC-42 --dry-run',
    'fireaxe dns hold -c prod-1 --until-synced --canary 1 --reason INC-42',
    'fireaxe dns hold -c prod-1 --kit-services --reason INC-42',
    'fireaxe undo last        # CoreDNS answers by itself again',
  ],
  danger: 'change',
  argument: [
    '<what>',
    'check: ask, change nothing; hold: answer names by the proxy rules of each node',
    'fireaxe dns check',
  ],
  words: WORDS,
  options: {
    ...parameterFlags(dnsHoldParameters),
    ...parameterFlags(dnsCheckParameters),
    ...targetOptions,
    ...paceOptions,
    ...waveOptions,
    ...changeOptions,
  },
  notes:
    '\nOnly nodes on which a CoreDNS or NodeLocal DNSCache runs are changed; with --own-server also those where none lives and none answers. Headless services are in the table only with --kit-headless, ExternalName never.',
  run(args, flags, io) {
    if (args[0] === 'check') return checkDns(flags, io);
    if (args[0] !== 'hold') {
      const plan = planOnly(flags) ? 'plan ' : '';
      const meant = nearest(args[0] ?? '', WORDS);
      throw usage(`unknown argument ${JSON.stringify(args[0] ?? '')}`, {
        expected: WORDS.join(' or '),
        next: meant ? `fireaxe ${plan}dns ${meant}` : 'fireaxe dns --help',
      });
    }
    return runAction(flags, io, {
      action: 'dns-hold',
      params: givenParameters(dnsHoldParameters, flags),
    });
  },
});
