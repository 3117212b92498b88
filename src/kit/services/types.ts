/** An address behind a headless service. */
export interface Endpoint {
  address: string;
  /** The pod's own name below that of the service. */
  hostname?: string;
}

/** A service as the cluster had it: with addresses of its own, headless (`endpoints`), or a name for another name. */
export type Service = { name: string; namespace: string } & (
  | { addresses: string[] }
  | { endpoints: Endpoint[] }
  | { externalName: string }
);

/** services/<cluster>.json: the services of a cluster at one moment. */
export interface ServicesSnapshot {
  schemaVersion: 1;
  cluster: string;
  /** RFC 3339. */
  takenAt: string;
  /** Where it is from, such as `kubectl:services.json`. */
  source: string;
  services: Service[];
}

/** How many there are of each kind. */
export interface ServiceCounts {
  services: number;
  clusterIP: number;
  headless: number;
  externalName: number;
}

/** `NAME.NAMESPACE`, as the names of services begin. */
export const nameOf = ({ name, namespace }: Service): string => `${name}.${namespace}`;

export function countsOf(services: readonly Service[]): ServiceCounts {
  const count = (key: string) => services.filter((one) => key in one).length;
  return {
    services: services.length,
    clusterIP: count('addresses'),
    headless: count('endpoints'),
    externalName: count('externalName'),
  };
}
