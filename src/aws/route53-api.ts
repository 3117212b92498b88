import type { ResourceRecordSet, RRType } from '@aws-sdk/client-route-53';
import type { OnTrace } from '../base/trace.ts';
import type { CloudProfile } from '../kit/types.ts';
import { told } from './asker.ts';
import { serviceClient } from './client.ts';
import type { Env } from './files.ts';
import { HalfAnswer } from './passing.ts';
import { type Patience, patiently } from './patience.ts';

/** What Fireaxe asks of Route 53. */
export interface Route53Api {
  /** All record sets of this name and type. */
  recordSets(zone: string, name: string, type: string): Promise<ResourceRecordSet[]>;
  /** All or none: refused where a set is no longer as it was read. */
  replace(zone: string, changes: { from: ResourceRecordSet; to: ResourceRecordSet }[]): Promise<void>;
  close(): void;
}

export async function route53Api(
  profile: CloudProfile,
  patience: Patience,
  options: { env?: Env; onTrace?: OnTrace | undefined } = {},
): Promise<Route53Api> {
  const sdk = await import('./sdk-route53.ts');
  const client = await serviceClient('ROUTE_53', async () => sdk.Route53Client, { profile, ...options });
  const abort = patience.signal ? { abortSignal: patience.signal } : {};
  const ask = told(patiently(patience), profile);
  const recordSets: Route53Api['recordSets'] = async (zone, name, type) => {
    const wanted = absolute(name);
    const found: ResourceRecordSet[] = [];
    for (let from: string | undefined, first = true; first || from; first = false) {
      const command = new sdk.ListResourceRecordSetsCommand({
        HostedZoneId: zone,
        StartRecordName: wanted,
        StartRecordType: type as RRType,
        ...(from && { StartRecordIdentifier: from }),
      });
      const answer = await ask(async () => {
        const page = await client.send(command, abort);
        if (!page.ResourceRecordSets) throw new HalfAnswer('ListResourceRecordSets', 'record sets');
        return page;
      });
      const mine = answer.ResourceRecordSets!.filter(
        (set) => absolute(set.Name ?? '') === wanted && set.Type === type,
      );
      found.push(...mine);
      const goesOn = absolute(answer.NextRecordName ?? '') === wanted && answer.NextRecordType === type;
      from = answer.IsTruncated && goesOn ? answer.NextRecordIdentifier : undefined;
    }
    return found;
  };
  return {
    recordSets,
    async replace(zone, changes) {
      if (changes.length === 0) return;
      const command = new sdk.ChangeResourceRecordSetsCommand({
        HostedZoneId: zone,
        // Deleting what was read and creating what is wanted is one change: it fails where somebody was faster.
        ChangeBatch: {
          Changes: changes.flatMap(({ from, to }) => [
            { Action: 'DELETE' as const, ResourceRecordSet: from },
            { Action: 'CREATE' as const, ResourceRecordSet: to },
          ]),
        },
      });
      await ask(async () => {
        try {
          await client.send(command, abort);
        } catch (error) {
          // Repeated after a lost answer: the batch is refused where it has been carried out.
          if (!(error instanceof Error && error.name === 'InvalidChangeBatch')) throw error;
          const [{ to }] = changes as [(typeof changes)[0]];
          const now = await recordSets(zone, to.Name!, to.Type!);
          const done = changes.every(({ to }) =>
            now.some((set) => set.SetIdentifier === to.SetIdentifier && set.Weight === to.Weight),
          );
          if (!done) throw error;
        }
      });
    },
    close: () => client.destroy(),
  };
}

/** Route 53 lists `*.example.com` as `\052.example.com.`: all but letters, digits, `-`, `_` and dots as octal codes. */
const plain = (name: string) =>
  name.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)));

const absolute = (name: string) => `${plain(name).toLowerCase().replace(/\.$/, '')}.`;
