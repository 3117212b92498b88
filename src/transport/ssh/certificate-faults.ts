import { formatDuration } from '../../base/duration.ts';
import { quote } from '../../base/quote.ts';
import { outsideValidity } from '../certificate/judge.ts';
import { type Certificate, certificateIn } from '../certificate/parse.ts';
import { heldBy } from './agent.ts';
import { readKeyFile } from './key-file.ts';
import { certificateBeside, readUserCertificate } from './user-certificate.ts';

/** How somebody logs in, as the kit has it. */
export interface CertifiedLogin {
  identity?: string;
  certificate?: string;
  useAgent?: boolean;
}

export interface Span {
  nowMs: number;
  /** How long the run may last. */
  lastsMs: number;
}

/** What is wrong with the certificates to log in with, or will be before the run ends; each in one line. */
export async function certificateFaults(
  logins: readonly CertifiedLogin[],
  agent: string | undefined,
  span: Span,
): Promise<string[]> {
  const each = await Promise.all(logins.map((login) => faultsOf(login, agent, span)));
  return [...new Set(each.flat())];
}

async function faultsOf(login: CertifiedLogin, agent: string | undefined, span: Span): Promise<string[]> {
  const { identity } = login;
  // A key that cannot be read is told elsewhere.
  const key = identity === undefined ? undefined : await readKeyFile(identity).catch(() => undefined);
  const needsAgent = login.useAgent || key?.locked || identity?.endsWith('.pub');
  const [file, held] = await Promise.all([
    identity === undefined ? [] : fileFaults(login, identity, key?.public, span),
    agent !== undefined && needsAgent ? agentFaults(login, agent, key?.public, span) : [],
  ]);
  return [...file, ...held];
}

async function fileFaults(
  login: CertifiedLogin,
  identity: string,
  key: Buffer | undefined,
  span: Span,
): Promise<string[]> {
  const file = login.certificate ?? certificateBeside(identity);
  const read = await readUserCertificate(file);
  if (read === undefined) return [];
  const next = `put a new one there; to read it: ssh-keygen -Lf ${quote(file)}`;
  if (typeof read === 'string') return [`certificate ${file} is not used: ${read}; ${next}`];
  if (key && !read.certificate.key.blob.equals(key))
    return [`certificate ${file} is not used: it is for another key than ${identity}; ${next}`];
  const fault = faultOf(read.certificate, span);
  return fault === undefined ? [] : [`certificate ${file}: ${fault}; ${next}`];
}

async function agentFaults(
  { useAgent }: CertifiedLogin,
  agent: string,
  key: Buffer | undefined,
  span: Span,
): Promise<string[]> {
  const certificates = (await heldBy(agent)).flatMap(({ blob }) => certificateIn(blob) ?? []);
  return certificates
    .filter((certificate) => useAgent || (key && certificate.key.blob.equals(key)))
    .flatMap((certificate) => {
      const fault = faultOf(certificate, span);
      const name = JSON.stringify(certificate.keyId.slice(0, 100));
      return fault === undefined
        ? []
        : [
            `certificate ${name} in the SSH agent: ${fault}; add a new one: ssh-add FILE; to see all: ssh-add -L`,
          ];
    });
}

/** Whose login it is for is not judged: a server may map names to logins. */
function faultOf(certificate: Certificate, { nowMs, lastsMs }: Span): string | undefined {
  const outside = outsideValidity(certificate, nowMs);
  if (outside !== undefined) return outside;
  const { validBefore } = certificate;
  const left = Number(validBefore) * 1000 - nowMs;
  return left > lastsMs ? undefined : `it expires in ${formatDuration(left)}: renew it before a longer run`;
}
