import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Changes that moto makes although DryRun is set, which EC2 never does. */
const IGNORES_DRY_RUN = /^(Create|Delete)NetworkAclEntry$|^ModifyManagedPrefixList$/;

const ANSWER =
  '<Response><Errors><Error><Code>DryRunOperation</Code>' +
  '<Message>Request would have succeeded, but DryRun flag is set.</Message></Error></Errors></Response>';

/** moto does not know who uses a prefix list: nobody else does here. */
const NO_USERS =
  '<GetManagedPrefixListAssociationsResponse><prefixListAssociationSet></prefixListAssociationSet>' +
  '</GetManagedPrefixListAssociationsResponse>';

/** Between the command line and moto: answers what moto does not as EC2 does, and passes everything else on. */
export async function heedDryRun(url: string): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const asked = new URLSearchParams(body.toString());
    if (asked.get('DryRun') === 'true' && IGNORES_DRY_RUN.test(asked.get('Action') ?? '')) {
      response.writeHead(412, { 'content-type': 'text/xml' }).end(ANSWER);
      return;
    }
    if (asked.get('Action') === 'GetManagedPrefixListAssociations') {
      response.writeHead(200, { 'content-type': 'text/xml' }).end(NO_USERS);
      return;
    }
    const headers = Object.fromEntries(
      Object.entries(request.headers).filter(
        ([name]) => !['host', 'connection', 'content-length', 'transfer-encoding'].includes(name),
      ),
    ) as Record<string, string>;
    const answer = await fetch(`${url}${request.url}`, {
      method: request.method!,
      headers,
      ...(body.length > 0 && { body }),
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/xml' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
