import type { Stats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { FireaxeError } from '../base/errors.ts';
import { quote } from '../base/quote.ts';

interface Finding {
  path: string;
  what: string;
  chmod?: string;
}

/**
 * Refuses a kit that somebody else could have changed or read: nothing writable by group or others,
 * secrets readable by their owner alone, no symlink that leads out of it.
 */
export async function checkPermissions(
  kit: string,
  { secrets, others, skip }: { secrets: string[]; others: string[]; skip: string[] },
): Promise<void> {
  const findings: Finding[] = [];
  const root = await realpath(kit);
  judge(root, await stat(root), false, findings);
  await judgeAncestors(root, findings);
  await walk(root, root, new Set(skip), secrets, findings).catch((cause) => {
    throw closed(cause);
  });
  for (const path of [...secrets, ...others]) {
    if (path.startsWith(root + sep)) continue; // walked already
    const found = await stat(path).catch(() => undefined);
    if (found) judge(path, found, secrets.includes(path), findings);
  }
  if (findings.length > 0) throw loose(findings);
}

/** Who may write a directory above the kit can put another kit in its place, unless it is sticky as /tmp is. */
async function judgeAncestors(root: string, findings: Finding[]): Promise<void> {
  for (let path = dirname(root); ; path = dirname(path)) {
    const { mode } = await stat(path);
    if ((mode & 0o002) !== 0 && (mode & 0o1000) === 0) {
      findings.push({ path, what: 'above the kit, is writable by everybody', chmod: 'o-w' });
    }
    if (path === dirname(path)) return;
  }
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
  // Public keys are no secret.
  const guarded = secret && !path.endsWith('.pub');
  const bits = found.mode & (guarded ? 0o077 : 0o022);
  if (bits === 0) return;
  const mode = (found.mode & 0o777).toString(8).padStart(4, '0');
  const chmod = guarded ? (found.isDirectory() ? '700' : '600') : 'go-w';
  const what = (bits & 0o022) !== 0 ? 'writable by others' : 'readable by others';
  findings.push({ path, what: `is ${what} (${mode})`, chmod });
}

/** A kit of somebody else: its keys do not open to us. */
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
  const byMode = new Map<string, string[]>();
  for (const f of findings) {
    if (f.chmod) byMode.set(f.chmod, [...(byMode.get(f.chmod) ?? []), f.path]);
  }
  const lines = [...byMode].map(([mode, paths]) => `chmod ${mode} ${paths.map(quote).join(' ')}`);
  const links = findings.filter((f) => !f.chmod).map((f) => f.path);
  if (links.length > 0) lines.push(`put the files themselves in place of ${links.map(quote).join(' ')}`);
  return new FireaxeError('credentials', `the kit's permissions are too loose:\n  ${shown.join('\n  ')}`, {
    expected: 'nothing writable by group or others; keys and credentials 0600 in directories 0700',
    next: lines.join(' && '),
  });
}
