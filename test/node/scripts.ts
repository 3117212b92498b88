import { watchFragments } from '../../src/actions/dns-hold/watch.ts';
import { floodFragments } from '../../src/actions/drill-flood/texts.ts';
import { ownAddressOf } from '../../src/actions/fence-eks/own-address.ts';
import { parseParams } from '../../src/actions/params.ts';
import { ACTION_NAMES, actionNamed } from '../../src/actions/registry.ts';
import { etcdHealth } from '../../src/actions/scale/quorum.ts';
import { etcdVolume } from '../../src/actions/scale-volume/which.ts';
import { counted } from '../../src/forecast/live/script.ts';
import { compose, type Fragments } from '../../src/node/compose.ts';
import { COMMON, library } from '../../src/node/lib/index.ts';
import type { NodeAction } from '../../src/node/types.ts';
import { load } from '../../src/probe/load/script.ts';
import { probe } from '../../src/probe/script.ts';
import { receipts } from '../../src/receipts/script.ts';
import { dnsCheck } from '../../src/status/dns-check.ts';
import { status } from '../../src/status/script.ts';
import { who } from '../../src/who/script.ts';
import { context, fleetNode, target } from './sandbox.ts';

/** Parameters with which each action hands over all of its inputs. */
const PARAMS: Record<string, Record<string, unknown>> = {
  'scale-flags': { flag: 'max-requests-inflight=800' },
  exec: { command: 'true' },
  kubectl: { get: '/version' },
  readmit: { clients: 'all' },
  stop: { unit: 'agent' },
};
const CONTEXT = context([fleetNode({ roles: ['control-plane'] })]);

/** Everything that Fireaxe runs on a node, with its comments: each script with the inputs that stand before it. */
export interface Script {
  name: string;
  roots: string[];
  fragments: Fragments;
  text: string;
  /** Names of the variables that are assigned before it. */
  inputs: string[];
}

const FX = [
  'RUN',
  'STEP',
  'OP',
  'ACTION',
  'ORDER',
  'MINE',
  'NONCE',
  'DEADLINE',
  'MACHINE_ID',
  'INSTANCE_ID',
].concat(['SLOT', 'VIA', 'NOT_AFTER', 'SENT', 'SHIFT', 'HAS_BEFORE']);

function ofAction(action: NodeAction, params: unknown): Script {
  const own = Object.entries(action.node!.fragments).map(([name, text]) => [`${action.name}/${name}`, text]);
  const fragments = { ...library, ...Object.fromEntries(own) };
  const roots = [COMMON, `${action.name}/node`];
  const text = compose(roots, fragments);
  const inputs = Object.keys(action.node!.variables(params, target(), CONTEXT));
  // The before-state comes back under the names by which it was told.
  const before = [...text.matchAll(/\bfx_before ([a-z]\w*) /g)].map(([, key]) => `B_${key}`);
  return {
    name: action.name,
    roots,
    fragments,
    text,
    inputs: [...FX.map((name) => `FX_${name}`), ...inputs, ...new Set(before)],
  };
}

function watch(name: string, roots: string[], inputs: string, fragments: Fragments = library): Script {
  return { name, roots, fragments, text: compose(roots, fragments), inputs: inputs.split(' ') };
}

const WATCH = 'HO_ROOT HO_HERE HO_ID P_HOW P_FOR';

export const SCRIPTS: Script[] = [
  ...ACTION_NAMES.map((name) => actionNamed(name))
    .filter((action) => action.node)
    .map((action) => ofAction(action, parseParams(action, PARAMS[action.name] ?? {}, action.name))),
  ofAction(etcdHealth, {}),
  ofAction(ownAddressOf, {}),
  ofAction(etcdVolume, {}),
  ofAction(probe, { leases: true, seconds: 3 }),
  ofAction(load, {}),
  ofAction(receipts, { skip: 0 }),
  ofAction(who, { api: [] }),
  ofAction(counted, { seconds: 30 }),
  ofAction(status, { api: [] }),
  ofAction(dnsCheck, { name: ['www.example.com'] }),
  watch('watch', ['hold/watch'], `${WATCH} P_PROCESS P_CMDLINE P_CGROUP HO_UID`),
  watch('watch of pods', ['hold/pods-as', 'hold/watch'], `${WATCH} P_PODS IN_API4 IN_API6 IN_PORTS HO_TABLE`),
  watch('watch of names', ['watch'], 'FX_ROOT DW_ID P_FOR IN_UNTIL', watchFragments),
  watch('flood', ['flood'], 'FX_ROOT FL_HOME FL_TELL FL_ID FL_END FL_CALLS FL_URLS', floodFragments),
  watch('end of a flood', ['ending'], 'FX_ROOT', floodFragments),
];
