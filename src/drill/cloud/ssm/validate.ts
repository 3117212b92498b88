import { CloudError } from '../errors.ts';

export interface SendInput {
  DocumentName?: string;
  InstanceIds?: string[];
  Targets?: { Key?: string; Values?: string[] }[];
  Parameters?: Record<string, string[]>;
  TimeoutSeconds?: number;
  Comment?: string;
  MaxConcurrency?: string;
  MaxErrors?: string;
}

function invalid(problem: string): CloudError {
  return new CloudError('ValidationException', `1 validation error detected: ${problem}`);
}

/** The limits that SendCommand checks before any instance. */
export function validateSend(input: SendInput): void {
  const { InstanceIds = [], Targets = [], Parameters = {} } = input;
  if (InstanceIds.length > 50)
    throw invalid(
      "Value at 'instanceIds' failed to satisfy constraint: Member must have length less than or equal to 50",
    );
  if (Targets.length > 5 || Targets.some((target) => (target.Values ?? []).length > 50))
    throw invalid("Value at 'targets' failed to satisfy constraint");
  if (InstanceIds.length === 0 && Targets.length === 0)
    throw new CloudError('InvalidInstanceId', 'InstanceIds or Targets must be given.');
  const timeout = input.TimeoutSeconds;
  if (timeout !== undefined && (!Number.isInteger(timeout) || timeout < 30 || timeout > 2_592_000))
    throw invalid(
      "Value at 'timeoutSeconds' failed to satisfy constraint: Member must be between 30 and 2592000",
    );
  if ((input.Comment ?? '').length > 100)
    throw invalid(
      "Value at 'comment' failed to satisfy constraint: Member must have length less than or equal to 100",
    );
  for (const name of ['MaxConcurrency', 'MaxErrors'] as const) {
    const value = input[name];
    const pattern =
      name === 'MaxErrors'
        ? /^([1-9][0-9]*|0|[1-9][0-9]%|[0-9]%|100%)$/
        : /^([1-9][0-9]*|[1-9][0-9]%|[1-9]%|100%)$/;
    if (value !== undefined && (value.length > 7 || !pattern.test(value)))
      throw invalid(`Value at '${name}' failed to satisfy constraint`);
  }
  if (input.DocumentName !== 'AWS-RunShellScript')
    throw new CloudError('InvalidDocument', `Document with name ${input.DocumentName} does not exist.`);
  const known = ['commands', 'workingDirectory', 'executionTimeout'];
  const strange = Object.keys(Parameters).find((name) => !known.includes(name));
  if (strange)
    throw new CloudError('InvalidParameters', `Parameter "${strange}" is not defined in the document.`);
  if (!Parameters.commands?.length)
    throw new CloudError('InvalidParameters', 'Parameter "commands" requires a value.');
  const seconds = Parameters.executionTimeout?.[0] ?? '3600';
  if (!/^\d+$/.test(seconds) || Number(seconds) < 1 || Number(seconds) > 172_800)
    throw new CloudError('InvalidParameters', 'Parameter "executionTimeout" is not valid.');
  if (Buffer.byteLength(JSON.stringify(Parameters)) > 64 * 1024)
    throw new CloudError('MaxDocumentSizeExceeded', 'The size limit of a document is 64 KB.');
}

/** `MaxResults` of a listing, within what the operation allows. */
export function pageSize(given: number | undefined, least: number, most: number): number {
  if (given === undefined) return most;
  if (!Number.isInteger(given) || given < least || given > most)
    throw invalid(
      `Value '${given}' at 'maxResults' failed to satisfy constraint: Member must be between ${least} and ${most}`,
    );
  return given;
}

/** One page of a list and the token of the next. */
export function page<T>(all: T[], size: number, token: string | undefined): { items: T[]; next?: string } {
  const match = token ? /^n:(\d+)$/.exec(Buffer.from(token, 'base64').toString('utf8')) : null;
  if (token && !match) throw new CloudError('InvalidNextToken', 'The specified token is not valid.');
  const from = Number(match?.[1] ?? 0);
  const items = all.slice(from, from + size);
  const end = from + items.length;
  return end < all.length ? { items, next: Buffer.from(`n:${end}`).toString('base64') } : { items };
}
