import { randomBytes } from 'node:crypto';
import { asciiJson } from '../base/ascii-json.ts';
import { assignments } from '../base/quote.ts';
import { strip } from '../base/strip-script.ts';
import { isInstanceId } from '../fleet/instance-id.ts';
import { TRANSPORTS, type TransportName } from '../fleet/transports.ts';
import type { Target } from '../kit/types.ts';
import type { NodeScript } from '../transport/types.ts';
import { compose } from './compose.ts';
import { COMMON, library } from './lib/index.ts';
import { isPlainId, orderText } from './order.ts';
import type { ScriptRequest } from './script-request.ts';
import { slotsOf } from './slots.ts';
import type { BeforeState, NodeAction } from './types.ts';

const DEFAULT_OUTPUT = 64 * 1024;
/** An API object that is saved before it is deleted comes on stdout. */
const FETCH_OUTPUT = 4 * 1024 * 1024;
/** As long as the transports give a command on top of its own deadline. */
const SHORTEST_DEADLINE_S = 2;

/** Makes the text that each target's sh runs for one operation of a step; see docs/node-protocol.md. */
export function nodeScript(request: ScriptRequest): NodeScript {
  const side = request.action.node;
  if (!side) throw new TypeError(`${request.action.name} has no part that runs on a node`);
  const nonce = randomBytes(8).toString('hex');
  const body = `${scriptSource(request.action)}fx_main\n`;
  const fixed = assignments({
    FX_RUN: plainId(request.runId),
    FX_STEP: plainId(request.stepId),
    FX_OP: request.op,
    FX_ACTION: request.action.name,
    FX_ORDER: request.order && request.op === 'apply' ? orderText(request.order) : '',
    FX_MINE: request.operator && request.op === 'check' ? `"operator":${asciiJson(request.operator)}` : '',
    ...(request.op === 'undo' && { FX_BY: oneWord(request.operator ?? '') }),
    FX_NONCE: nonce,
    FX_DEADLINE: String(Math.max(SHORTEST_DEADLINE_S, Math.floor(request.deadlineMs / 1000))),
  });
  const { notAfter: end } = request;
  const notAfter = () => String(seconds(typeof end === 'function' ? end() : end));
  const slots = slotsOf(request.context.nodes);
  const textOf = (target: Target, via: TransportName, before: Record<string, string>) =>
    fixed +
    assignments({
      ...identity(target, via),
      FX_SLOT: slots(target),
      FX_VIA: via,
      FX_NOT_AFTER: notAfter(),
      FX_SENT: request.sentAt ? String(seconds(request.sentAt())) : '',
      FX_SHIFT: String(request.shift?.(target) ?? 0),
      ...side.variables(request.params, target, request.context),
      ...before,
    }) +
    body;
  const undo = request.op === 'undo';
  // What is in the receipt of the node keeps texts from being equal, and equal texts share a call.
  const leftOut = (target: Target, via: TransportName) =>
    undo && TRANSPORTS[via].perCall > 1 && (request.hasReceipt?.(target) ?? false);
  const beforeOf = (target: Target, via: TransportName) =>
    leftOut(target, via)
      ? { FX_BY_RECEIPT: '1' }
      : beforeVariables(undo ? request.before?.(target) : undefined);
  return {
    textFor: (target, via) => textOf(target, via, beforeOf(target, via)),
    textForAll: ([first, ...rest], via) =>
      textOf(first!, via, { ...beforeOf(first!, via), FX_MEANT: meant([first!, ...rest]) }),
    ...(undo && {
      fullTextFor: (target, via) => textOf(target, via, beforeVariables(request.before?.(target))),
    }),
    ...(request.secret && { secret: request.secret }),
    nonce,
    protocol: true,
    ...(request.op === 'keep' ? { urgent: true } : {}),
    maxOutput: request.maxOutput ?? (request.op === 'fetch' ? FETCH_OUTPUT : DEFAULT_OUTPUT),
    label: `fireaxe ${request.runId} ${request.stepId} ${request.op}`.slice(0, 100),
  };
}

/** A name as one word of a receipt. */
const oneWord = (text: string) => text.replace(/[^!-~]/g, '?').slice(0, 80);

const seconds = (date: Date) => Math.floor(date.getTime() / 1000);

/** Everything of an action's script that does not depend on the target: what a plan's hash covers. */
export function scriptSource(action: NodeAction): string {
  const own = Object.entries(action.node?.fragments ?? {});
  const named = own.map(([name, text]) => [`${action.name}/${name}`, text]);
  // An action of the cloud has nothing of its own on the node.
  const roots = action.node ? [COMMON, `${action.name}/node`] : [COMMON];
  return strip(compose(roots, { ...library, ...Object.fromEntries(named) }));
}

/** The instance id is the address over SSM; without ids the texts of equal targets are equal. */
function identity(target: Target, via: TransportName): Record<string, string> {
  const compared = TRANSPORTS[via].addressedBy !== 'instance-id';
  return {
    FX_MACHINE_ID: (compared && target.machineId) || '',
    FX_INSTANCE_ID: (compared && target.instanceId) || '',
  };
}

/** The instance ids of the targets, separated by spaces. */
function meant(targets: Target[]): string {
  return targets
    .map(({ name, instanceId = '' }) => {
      if (!isInstanceId(instanceId)) throw new TypeError(`no instance id of ${name}`);
      return instanceId;
    })
    .join(' ');
}

/** The before-state came from the node: a key that is not plain is left out. */
function beforeVariables(before: BeforeState | undefined): Record<string, string> {
  if (!before) return {};
  const usable = Object.entries(before).filter(([k, v]) => /^[a-z0-9_]{1,40}$/.test(k) && !v.includes('\0'));
  return { FX_HAS_BEFORE: '1', ...Object.fromEntries(usable.map(([k, v]) => [`B_${k}`, v])) };
}

/** Run and step ids are folder names on the node. */
function plainId(id: string): string {
  if (!isPlainId(id)) throw new TypeError(`not an id: ${JSON.stringify(id)}`);
  return id;
}
