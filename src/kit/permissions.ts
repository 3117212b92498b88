import type { Stats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { FireaxeError } from '../base/errors.ts';
import { quote } from '../base/quote.ts';

interface Finding {
  path: string;
  what: string;
  /** The command that fixes it, without the path. */
  fix?: string;
  /** It is no more than that. */
  readable?: true;
}

/** A kit that others can read or change. */
export interface Loose {
  error: FireaxeError;
  /** What is in it may be somebody else's by now. */
  changeable: boolean;
}

/**
 * Finds what another user could have changed or read of a kit, by the rules of ssh's StrictModes: everything is
 * the user's own or root's, nothing is writable by group or others, nor is a directory above, secrets are readable by
 * their owner alone, and no symlink leads out.
 */
export async function loosePermissions(
  kit: string,
  { secrets, others, skip }: { secrets: string[]; others: string[]; skip: string[] },
): Promise<Loose | undefined> {
  const findings: Finding[] = [];
  const root = await realpath(kit);
  const found = await stat(root);
  judge(root, found, false, findings);
  await judgeAncestors(root, findings);
  if (found.isDirectory())
    await walk(root, root, new Set(skip), secrets, findings).catch((cause) => {
      throw closed(cause);
    });
  for (const path of [...secrets, ...others]) {
    if (path.startsWith(root + sep)) continue; // walked already
    const real = await realpath(path).catch(() => undefined);
    if (real === undefined) continue;
    judge(real, await stat(real), secrets.includes(path), findings);
    await judgeAncestors(real, findings);
  }
  if (findings.length === 0) return undefined;
  return { error: loose(findings), changeable: findings.some(({ readable }) => readable !== true) };
}

/** Refuses a place for a kit below directories in which another user could put another one. */
export async function checkAbove(place: string): Promise<void> {
  const findings: Finding[] = [];
  await judgeAncestors(place, findings);
  if (findings.length > 0) throw loose(findings);
}

/** Refuses a file outside a kit that another user could have changed, if the kit's own files rely on it. */
export async function checkFile(path: string): Promise<void> {
  const findings: Finding[] = [];
  const real = await realpath(path);
  judge(real, await stat(real), false, findings);
  await judgeAncestors(real, findings);
  if (findings.length > 0) throw loose(findings);
}

/** Who may write a directory above a file can put another file in its place, unless it is sticky as /tmp is. */
async function judgeAncestors(of: string, findings: Finding[]): Promise<void> {
  for (let path = dirname(of); ; path = dirname(path)) {
    const known = findings.some((finding) => finding.path === path);
    const found = await stat(path);
    const { mode } = found;
    if (known) {
      // Reported already, for another file below it.
    } else if (!trusted(found)) {
      findings.push({ path, ...foreign(found) });
    } else if ((mode & 0o022) !== 0 && (mode & 0o1000) === 0) {
      const who = (mode & 0o002) !== 0 ? 'everyone' : 'its group';
      findings.push({ path, what: `is writable by ${who} (${octal(mode)})`, fix: 'chmod go-w' });
    }
    if (path === dirname(path)) return;
  }
}

/** Our own files and root's; without user ids, as on Windows, nothing can be told. */
function trusted({ uid }: Stats): boolean {
  const own = process.geteuid?.();
  return own === undefined || uid === own || uid === 0;
}

function foreign({ uid }: Stats): Omit<Finding, 'path'> {
  const own = process.geteuid?.();
  return { what: `belongs to user ${uid}, not to you (${own}) or root`, fix: `chown ${own}` };
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}

async function walk(
  root: string,
  directory: string,
  skip: Set<string>,
  secrets: string[],
  findings: Finding[],
): Promise<void> {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (skip.has(path)) continue;
    if (entry.isSymbolicLink()) {
      const link = await lstat(path);
      if (!trusted(link)) findings.push({ path, ...foreign(link) });
      const end = await realpath(path).catch(() => undefined);
      if (end === undefined || !(end === root || end.startsWith(root + sep))) {
        findings.push({ path, what: 'is a symbolic link that leads out of the kit' });
      }
      continue;
    }
    judge(path, await lstat(path), isSecret(relative(root, path), path, secrets), findings);
    if (entry.isDirectory()) await walk(root, path, skip, secrets, findings);
  }
}

function isSecret(inKit: string, path: string, secrets: string[]): boolean {
  return inKit === 'keys' || inKit.startsWith(`keys${sep}`) || secrets.includes(path);
}

function judge(path: string, found: Stats, secret: boolean, findings: Finding[]): void {
  if (!trusted(found)) {
    findings.push({ path, ...foreign(found) });
    return;
  }
  // Public keys are not secret.
  const guarded = secret && !path.endsWith('.pub');
  const bits = found.mode & (guarded ? 0o077 : 0o022);
  if (bits === 0) return;
  const mode = guarded ? (found.isDirectory() ? '700' : '600') : 'go-w';
  const writable = (bits & 0o022) !== 0;
  const what = `is ${writable ? 'writable' : 'readable'} by others (${octal(found.mode)})`;
  findings.push({ path, what, fix: `chmod ${mode}`, ...(!writable && { readable: true }) });
}

/** Another user's kit: this user cannot read its files. */
export function closed(cause: NodeJS.ErrnoException): unknown {
  if (cause.code !== 'EACCES' || cause.path === undefined) return cause;
  return new FireaxeError('credentials', 'the kit cannot be read', {
    place: cause.path,
    expected: 'a kit of the user who runs Fireaxe',
    next: `ls -ld ${quote(cause.path)}`,
    cause,
  });
}

function loose(findings: Finding[]): FireaxeError {
  const shown = findings.slice(0, 10).map((f) => `${f.path} ${f.what}`);
  if (findings.length > shown.length) shown.push(`and ${findings.length - shown.length} more`);
  const byFix = new Map<string, string[]>();
  for (const f of findings) {
    if (f.fix) byFix.set(f.fix, [...(byFix.get(f.fix) ?? []), f.path]);
  }
  const lines = [...byFix].map(([fix, paths]) => `${fix} ${paths.map(quote).join(' ')}`);
  const links = findings.filter((f) => !f.fix).map((f) => f.path);
  if (links.length > 0) lines.push(`put the files themselves in place of ${links.map(quote).join(' ')}`);
  const others = findings.some((f) => f.fix?.startsWith('chown'));
  const what = others ? 'the kit can be changed by another user' : "the kit's permissions are too loose";
  return new FireaxeError('credentials', `${what}:\n  ${shown.join('\n  ')}`, {
    expected:
      'files of your own or of root; nothing writable by group or others; keys and credentials 0600 in directories 0700',
    next: lines.join(' && '),
  });
}
