import { CloudError } from '../errors.ts';
import type { QueryParameters } from '../query/parameters.ts';

/** DryRun checks the permission alone, and answers with an error; states are not checked. */
export function dryRunEnds(parameters: QueryParameters): void {
  if (parameters.get('DryRun') === 'true')
    throw new CloudError('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.', 412);
}
