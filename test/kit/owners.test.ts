import {
  chmodSync,
  chownSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { openKit } from '../../src/kit/open.ts';
import { KIT_YAML, makeKit } from './make-kit.ts';

const NOBODY = 65534;
const asRoot = process.geteuid?.() === 0;

const made: string[] = [];
afterEach(() => {
  vi.restoreAllMocks();
  for (const path of made.splice(0)) rmSync(path, { recursive: true });
});

/** A kit in a directory of its own, so that the one above can be anybody's. */
function kitBelow(files: Record<string, string> = {}): string {
  const above = mkdtempSync(join(tmpdir(), 'fireaxe-above-'));
  made.push(above);
  const kit = join(above, 'kit');
  renameSync(makeKit(files), kit);
  return kit;
}

describe('a kit is trusted as ssh trusts its own files', () => {
  it('refuses files that belong to neither the user nor root', async () => {
    const kit = kitBelow();
    if (asRoot) chownSync(join(kit, 'kit.yaml'), NOBODY, NOBODY);
    else vi.spyOn(process, 'geteuid').mockReturnValue(process.geteuid!() + 1);
    await expect(openKit(kit)).rejects.toMatchObject({
      kind: 'credentials',
      message: expect.stringMatching(
        /can be changed by another user:\n(.*\n)* {2}\S*kit\.yaml belongs to user \d+, not to you/,
      ),
      next: expect.stringMatching(/^chown \d+ .*kit\.yaml/),
    });
  });

  it("root's files are fine for every user", async () => {
    if (asRoot) vi.spyOn(process, 'geteuid').mockReturnValue(NOBODY);
    await openKit(kitBelow());
  });

  it.runIf(asRoot).each(['kit.yaml', 'known_hosts', 'keys/id', 'keys', 'fleet/c1.json', '.', '..'])(
    'finds %s owned by another user, alone (where the tests run as root)',
    async (name) => {
      const kit = kitBelow();
      const path = join(kit, name);
      chownSync(path, NOBODY, NOBODY);
      await expect(openKit(kit)).rejects.toMatchObject({ kind: 'credentials', next: `chown 0 ${path}` });
    },
  );

  it.runIf(asRoot)(
    'finds a link that another user can point elsewhere (where the tests run as root)',
    async () => {
      const kit = kitBelow();
      symlinkSync('known_hosts', join(kit, 'link'));
      lchownSync(join(kit, 'link'), NOBODY, NOBODY);
      await expect(openKit(kit)).rejects.toMatchObject({ kind: 'credentials' });
    },
  );

  it.each([
    [0o770, 'its group'],
    [0o707, 'everyone'],
  ])('refuses a directory above that others may write (%o)', async (mode, who) => {
    const kit = kitBelow();
    chmodSync(dirname(kit), mode);
    await expect(openKit(kit)).rejects.toMatchObject({
      kind: 'credentials',
      message: expect.stringContaining(`${dirname(kit)} is writable by ${who}`),
      next: `chmod go-w ${dirname(kit)}`,
    });
    chmodSync(dirname(kit), 0o1777);
    await openKit(kit);
  });

  it('holds a file outside of the kit to the same rule, and the directories above it', async () => {
    const above = mkdtempSync(join(tmpdir(), 'fireaxe-outside-'));
    made.push(above);
    const outside = join(above, 'ssh');
    mkdirSync(outside, { mode: 0o700 });
    const other = makeKit();
    renameSync(join(other, 'keys/id'), join(outside, 'id'));
    rmSync(other, { recursive: true });
    const kit = kitBelow({ 'kit.yaml': KIT_YAML.replace('keys/id', join(outside, 'id')) });
    await openKit(kit);
    chmodSync(above, 0o777);
    await expect(openKit(kit)).rejects.toMatchObject({ kind: 'credentials', next: `chmod go-w ${above}` });
  });
});
