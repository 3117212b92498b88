import { stringify } from 'yaml';
import { fleetOf, makeKit } from '../../kit/make-kit.ts';

/** A kit of clusters `c1`, `c2`, … with two workers each, on this machine; `more` beside what they have in kit.yaml. */
export function kitOfSix(more: Record<string, object> = {}, count = 6): string {
  const names = Array.from({ length: count }, (_, i) => `c${i + 1}`);
  const clusters = Object.fromEntries(
    names.map((name) => [
      name,
      { ssh: { user: 'core', identity: 'keys/id' }, via: ['local'], ...more[name] },
    ]),
  );
  const fleets = Object.fromEntries(
    names.map((name) => [`fleet/${name}.json`, JSON.stringify(fleetOf(workersOf(name), name))]),
  );
  return makeKit({ 'kit.yaml': stringify({ schemaVersion: 1, clusters }), ...fleets });
}

const workersOf = (cluster: string) =>
  [1, 2].map((n) => ({
    name: `${cluster}-n${n}`,
    cluster,
    roles: ['worker'],
    address: `127.0.0.${n}`,
    labels: {},
  }));
