import { defineAction } from '../types.ts';
import flat from './flat.sh';
import free from './free.sh';
import fromPods from './from-pods.sh';
import headless from './headless.sh';
import kit from './kit.sh';
import { ageOf, headlessAgeOf, takenAtOf, withKitServices } from './kit-services.ts';
import lead from './lead.sh';
import load from './load.sh';
import node from './node.sh';
import { dnsHoldMisfit, dnsHoldParameters } from './params.ts';
import pod from './pod.sh';
import rules from './rules.sh';
import serve from './serve.sh';
import server from './server.sh';
import { watchText } from './watch.ts';
import watching from './watching.sh';

/** Keeps the names of services answering without the API: by a table in CoreDNS, which the proxy rules of its own node tell. */
export const dnsHold = defineAction({
  name: 'dns-hold',
  title: 'Keep the names of services answering',
  danger: 'change',
  scope: 'node',
  parameters: dnsHoldParameters,
  complete: withKitServices,
  check: dnsHoldMisfit,
  warnings: (p, { now }) => [
    ...(p.services === '' ? [] : [ageOf(p.services, now)]),
    ...(p.headless === '' ? [] : [headlessAgeOf(p.headless, now)]),
  ],
  summary: (p) =>
    `let each CoreDNS that does not know the cluster's names answer them by the node's proxy rules, and watch the others${
      p.ownServer ? '; start one where none lives and none answers' : ''
    }${
      p.services === ''
        ? ''
        : `; where no rules tell names, by the kit's services of ${takenAtOf(p.services)}`
    }${p.headless === '' ? '' : `; headless services by those of the kit of ${takenAtOf(p.headless)}`}, ${
      p.untilSynced ? 'until it has the API again' : 'until undo'
    }; each node reverts this after ${p.timer}s unless kept`,
  counted: () => [{ one: 'CoreDNS', many: 'CoreDNS', done: 'held or watched', found: 'servers' }],
  lasts: (p) => p.for,
  undo: {
    summary: () =>
      'let CoreDNS answer by itself again; without the API it does not know the names of services',
    danger: 'change',
  },
  foundNone: (p, results) =>
    results.every(({ data }) => data?.servers === '0')
      ? `no CoreDNS runs on these nodes${p.ownServer ? ', and none is needed or can be started there' : ''}`
      : undefined,
  node: {
    fragments: {
      node,
      kit,
      headless,
      flat,
      load,
      lead,
      server,
      free,
      rules,
      'from-pods': fromPods,
      serve,
      pod,
      watching,
    },
    variables: (p) => ({
      P_FOR: String(p.for),
      P_TIMER: String(p.timer),
      IN_KIT: p.services,
      IN_HEADLESS: p.headless,
      IN_OWN: p.ownServer ? 'own' : 'none',
      IN_UNTIL: p.untilSynced ? 'synced' : 'undo',
      IN_WATCH: watchText(),
    }),
    armed: () => true,
  },
});
