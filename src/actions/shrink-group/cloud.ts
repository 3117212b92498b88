import { autoScalingApi } from '../../aws/auto-scaling-api.ts';
import { ec2Api } from '../../aws/ec2-api.ts';
import { patient } from '../../aws/ec2-patience.ts';
import { patiently } from '../../aws/patience.ts';
import type { Op } from '../../node/types.ts';
import type { NodeResult } from '../../transport/types.ts';
import { type CloudJob, type Refusal, sideOf } from '../cloud/side.ts';
import { bringBack } from './bring-back.ts';
import { holderOf, type Job, look, placeOf, said } from './job.ts';
import type { ShrinkGroupParams } from './params.ts';
import { takeOut } from './take-out.ts';

/** What the calls may take beside the waits (s). */
const CALLS_S = 600;

/** Several machines at a time: each claims itself by a tag before it is counted, so that no two pass a floor together. */
export const cloudSide = sideOf<ShrinkGroupParams, Pick<Job, 'ec2' | 'groups' | 'id'>>({
  parallel: 4,
  // Back: running, in service, and the group's grace period.
  longest: ({ within }) => 3 * within + CALLS_S,
  asks: 'AWS',
  needsInstance: true,
  asksFor: ({ within }) => within,
  rulesOut,
  async open(cloud, { env, onTrace, patience }, { target }) {
    const opened = await ec2Api(cloud, env, onTrace);
    const groups = await autoScalingApi(cloud, { env, onTrace, again: patiently(patience) });
    const close = () => {
      opened.close();
      groups.close();
    };
    return { ec2: patient(opened, patience), groups, id: target.instanceId!, close };
  },
  operate,
});

function rulesOut({ target, context }: CloudJob<ShrinkGroupParams>): Refusal | undefined {
  if (target.roles.includes('control-plane') || target.roles.includes('etcd'))
    return { code: 'protected', note: 'the control plane never shrinks' };
  if (context.targets.some(({ ssh }) => ssh.jump?.address === target.address))
    return { code: 'own-way', note: 'other nodes are reached through it' };
  return undefined;
}

async function operate(op: Op, job: Job): Promise<NodeResult> {
  switch (op) {
    case 'check':
    case 'apply':
      return takeOut(op, job);
    case 'undo':
      return bringBack(job);
    case 'verify':
    case 'receipt':
      return tell(op, job);
    default:
      return job.result('ok');
  }
}

/** AWS itself is the receipt: the machine's tag says whose it is, its state how far that came. */
async function tell(op: 'verify' | 'receipt', job: Job): Promise<NodeResult> {
  const seen = await look(job);
  const held = holderOf(seen.instance) === job.context.runId;
  const out = held && placeOf(seen, job.params.how) === 'out';
  const note = said(seen);
  if (out) return job.result('ok', { note, data: { state: 'changed' } });
  if (op === 'verify') return job.result('failed', { code: 'not-out', note });
  return job.result(held ? 'interrupted' : 'absent', { note });
}
