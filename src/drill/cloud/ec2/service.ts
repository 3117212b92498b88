import { CloudError } from '../errors.ts';
import { readQuery } from '../query/parameters.ts';
import type { QueryOperations } from '../query/service.ts';
import type { CloudService, ServiceDeps } from '../service.ts';
import { instanceOperations } from './instances.ts';
import { launchOperations } from './launch.ts';
import { networkOperations } from './network/operations.ts';
import { tagOperations } from './tags.ts';
import { volumeOperations } from './volumes.ts';
import { errorDocument, responseDocument } from './xml.ts';

/** The operations of EC2, a table for each kind of thing. */
const TABLES: ((deps: ServiceDeps) => QueryOperations)[] = [
  instanceOperations,
  launchOperations,
  networkOperations,
  tagOperations,
  volumeOperations,
];

/** Simulated EC2: the query protocol in EC2's own dialect. */
export function ec2(deps: ServiceDeps): CloudService {
  const operations: QueryOperations = Object.assign({}, ...TABLES.map((table) => table(deps)));
  const type = 'text/xml;charset=UTF-8';
  return {
    read(request) {
      const { action, parameters } = readQuery(request.body);
      return {
        operation: action,
        async answer() {
          const operation = operations[action];
          if (!operation)
            throw new CloudError('InvalidAction', `The action ${action} is not valid for this web service.`);
          return { type, body: responseDocument(action, await operation(parameters)) };
        },
      };
    },
    failure: ({ code, message }) => ({ type, body: errorDocument(code, message) }),
    throttled: () => new CloudError('RequestLimitExceeded', 'Request limit exceeded.', 503),
    skewed: (_, early) =>
      early
        ? new CloudError('RequestExpired', 'Request has expired.')
        : new CloudError('AuthFailure', 'AWS was not able to validate the provided access credentials', 401),
  };
}
