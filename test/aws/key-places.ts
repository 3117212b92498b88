import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

const LATER = '2099-01-01T00:00:00Z';

/** Small places that give keys, all at one address: STS, the portal of SSO, instance metadata, a container's endpoint. */
export interface KeyPlaces {
  url: string;
  /** What was asked, in order: the access key of a signed call and its service, or the path. */
  seen: string[];
  /** Codes that open a session, each once. */
  codes: Set<string>;
  /** When keys of roles end. */
  until: string;
  /** The token that the portal takes. */
  token: string;
  close(): Promise<void>;
}

export async function keyPlaces(): Promise<KeyPlaces> {
  const server = createServer(async (request, response) => {
    const { status = 200, body } = answer(places, request, await textOf(request));
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const places: KeyPlaces = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: [],
    codes: new Set(),
    until: LATER,
    token: 'sso-token',
    close: () => closed(server),
  };
  return places;
}

function answer(places: KeyPlaces, { headers, method, url = '/' }: IncomingMessage, text: string): Answer {
  const scope = /Credential=([^/]+)\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '');
  const call = new URLSearchParams(text);
  const operation = call.get('Action');
  places.seen.push(scope ? `${scope[1]} ${scope[2]}` : (operation ?? `${method} ${url.split('?')[0]}`));
  if (operation && (scope?.[2] ?? 'sts') === 'sts') return sts(places, operation, call);
  if (scope) return { body: '{}' };
  const { pathname, searchParams } = new URL(url, places.url);
  if (pathname === '/federation/credentials') {
    if (headers['x-amz-sso_bearer_token'] !== places.token)
      return { status: 401, body: JSON.stringify({ message: 'Session token not found or invalid' }) };
    const id = `AKSSO-${searchParams.get('account_id')}-${searchParams.get('role_name')}`;
    return {
      body: JSON.stringify({
        roleCredentials: {
          accessKeyId: id,
          secretAccessKey: 's',
          sessionToken: 't',
          expiration: Date.parse(places.until),
        },
      }),
    };
  }
  // SSO's own tokens, renewed.
  if (pathname === '/token') {
    const { refreshToken } = JSON.parse(text) as { refreshToken: string };
    if (refreshToken !== 'good') return { status: 400, body: JSON.stringify({ error: 'invalid_grant' }) };
    return { body: JSON.stringify({ accessToken: places.token, expiresIn: 3600, refreshToken }) };
  }
  // IMDSv2: nothing without a token.
  if (pathname === '/latest/api/token' && method === 'PUT') return { body: 'imds-token' };
  if (pathname.startsWith('/latest/meta-data/')) {
    if (headers['x-aws-ec2-metadata-token'] !== 'imds-token') return { status: 401, body: '' };
    if (pathname.endsWith('/security-credentials/')) return { body: 'bastion-role' };
    return { body: document('AKMACHINE', places.until) };
  }
  if (pathname === '/v1/credentials') {
    if (headers.authorization !== 'pod-token') return { status: 401, body: '{}' };
    return { body: document('AKPOD', places.until) };
  }
  return { status: 404, body: '' };
}

interface Answer {
  status?: number;
  body: string;
}

function sts({ codes, until }: KeyPlaces, operation: string, call: URLSearchParams): Answer {
  const code = call.get('TokenCode');
  if (call.get('SerialNumber') && !codes.delete(code ?? ''))
    return refusal('AccessDenied', 'MultiFactorAuthentication failed with invalid MFA one time pass code.');
  if (operation === 'AssumeRoleWithWebIdentity' && call.get('WebIdentityToken') !== 'jwt')
    return refusal('InvalidIdentityToken', 'no such token');
  const role = call.get('RoleArn')!.split('/').at(-1);
  const body =
    `<${operation}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${operation}Result><Credentials>` +
    `<AccessKeyId>AK${role}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>session-of-${role}</SessionToken>` +
    `<Expiration>${until}</Expiration></Credentials></${operation}Result></${operation}Response>`;
  return { body };
}

function refusal(code: string, message: string): Answer {
  return {
    status: 403,
    body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
  };
}

function document(AccessKeyId: string, Expiration: string): string {
  return JSON.stringify({ Code: 'Success', AccessKeyId, SecretAccessKey: 's', Token: 't', Expiration });
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}

async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
