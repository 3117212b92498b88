import { randomUUID } from 'node:crypto';
import {
  ChangeResourceRecordSetsCommand,
  CreateHostedZoneCommand,
  ListResourceRecordSetsCommand,
  Route53Client,
} from '@aws-sdk/client-route-53';
import { launch } from './account.ts';
import { type MotoLever, node, plain, REGION, trafficAt } from './scene.ts';

/** In one step: moto creates no set again that it has created with the same values before. */
export const evacuateRecord: MotoLever = {
  name: 'evacuate at a record, in one step',
  args: ['evacuate', '--nodes', 'n0', '--steps', '0', '--pause', '0s'],
  targets: 1,
  async open(moto) {
    const [id] = await launch(moto, REGION, 1);
    const credentials = { accessKeyId: 'AK', secretAccessKey: 'of-no-use' };
    const dns = new Route53Client({ endpoint: moto.url, region: REGION, credentials });
    const hosted = await dns.send(
      new CreateHostedZoneCommand({ Name: 'example.com', CallerReference: randomUUID() }),
    );
    const zone = hosted.HostedZone!.Id!.replace('/hostedzone/', '');
    const [Name, Type] = ['shop.example.com', 'A' as const];
    const Changes = (['blue', 'green'] as const).map((SetIdentifier, n) => ({
      Action: 'UPSERT' as const,
      ResourceRecordSet: {
        ...{ Name, Type, SetIdentifier, TTL: 30 },
        Weight: 10 * (n + 1),
        ResourceRecords: [{ Value: `192.0.2.${n}` }],
      },
    }));
    await dns.send(new ChangeResourceRecordSetsCommand({ HostedZoneId: zone, ChangeBatch: { Changes } }));
    const record = { zone, name: Name, type: Type };
    return {
      nodes: [node('n0', id!)],
      cluster: trafficAt([{ record, sets: { prod: 'blue', other: 'green' } }]),
      async picture() {
        const { ResourceRecordSets } = await dns.send(
          new ListResourceRecordSetsCommand({ HostedZoneId: zone }),
        );
        const sets = ResourceRecordSets!.filter(({ SetIdentifier }) => SetIdentifier !== undefined);
        return plain(
          sets
            .map((set) => JSON.stringify(set))
            .sort()
            .join('\n'),
        );
      },
      stands: /"blue","Weight":0,.*"green","Weight":240,/s,
      close: async () => dns.destroy(),
    };
  },
};
