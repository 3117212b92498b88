import { type ElbApi, elbApi } from '../../aws/elb-api.ts';
import type { Patience } from '../../aws/patience.ts';
import { route53Api } from '../../aws/route53-api.ts';
import type { OnTrace } from '../../base/trace.ts';
import type { CloudProfile, TrafficSwitch } from '../../kit/types.ts';
import { listenerPlace } from './listener.ts';
import type { Place } from './place.ts';
import { recordPlace } from './record.ts';

/** The places that the kit names; a client only for the services among them. */
export async function openPlaces(
  traffic: TrafficSwitch[],
  profile: CloudProfile,
  patience: Patience,
  onTrace?: OnTrace,
  env = process.env,
): Promise<{ places: Place[]; close(): void }> {
  const balancers = byRegion((region) => elbApi({ ...profile, region }, patience, { env, onTrace }));
  const elb = await balancers.of(profile.region);
  const dns = traffic.some(({ record }) => record)
    ? await route53Api(profile, patience, { env, onTrace })
    : undefined;
  const places = traffic.map(({ listener, record, ...shares }) =>
    listener === undefined
      ? recordPlace(balancers.ofArn, dns!, { ...shares, record: record! })
      : listenerPlace(elb, { ...shares, listener }),
  );
  return {
    places,
    close() {
      balancers.close();
      dns?.close();
    },
  };
}

/** A record often divides traffic between regions: a target group is asked for in the one that its ARN names. */
export function byRegion(open: (region: string) => Promise<ElbApi>) {
  const opened = new Map<string, Promise<ElbApi>>();
  const of = (region: string) => {
    const api = opened.get(region) ?? open(region);
    opened.set(region, api);
    return api;
  };
  return {
    of,
    ofArn: (arn: string) => of(arn.split(':')[3]!),
    close() {
      for (const api of opened.values())
        api.then(
          (one) => one.close(),
          () => {},
        );
    },
  };
}
