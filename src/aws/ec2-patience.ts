import type { Ec2Api } from './ec2-api.ts';
import { type Patience, patiently } from './patience.ts';

export { type Patience, READERS_PATIENCE } from './patience.ts';

/** EC2 with patience: calls are repeated while their errors can pass. All of them may be repeated. */
export function patient(api: Ec2Api, patience: Patience): Ec2Api {
  const again = patiently(patience);
  return {
    describe: (input) => again(() => api.describe(input)),
    instance: (id, signal) => again(() => api.instance(id, signal), signal),
    type: (name, signal) => again(() => api.type(name, signal), signal),
    stopProtected: (id, signal) => again(() => api.stopProtected(id, signal), signal),
    notAllowed: (id, type, signal) => again(() => api.notAllowed(id, type, signal), signal),
    stop: (id, signal, how) => again(() => api.stop(id, signal, how), signal),
    start: (id, signal) => again(() => api.start(id, signal), signal),
    setType: (id, type, signal) => again(() => api.setType(id, type, signal), signal),
    tag: (id, tags, signal) => again(() => api.tag(id, tags, signal), signal),
    untag: (id, tags, signal) => again(() => api.untag(id, tags, signal), signal),
    matching: (filters, signal) => again(() => api.matching(filters, signal), signal),
    mayNotStop: (id, signal) => again(() => api.mayNotStop(id, signal), signal),
    close: () => api.close(),
  };
}
