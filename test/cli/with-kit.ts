import { rmSync } from 'node:fs';
import { afterAll, beforeAll } from 'vitest';
import { makeKit } from '../kit/make-kit.ts';

/** A command line and a kit for all tests of a file or a `describe`; removed afterwards. */
export function withKit<T extends { close(): void }>(
  CommandLine: new () => T,
  made: (both: { fireaxe: T; kit: string }) => void,
): void {
  let fireaxe: T | undefined;
  let kit: string | undefined;
  beforeAll(() => {
    fireaxe = new CommandLine();
    kit = makeKit();
    made({ fireaxe, kit });
  });
  afterAll(() => {
    fireaxe?.close();
    if (kit) rmSync(kit, { recursive: true });
  });
}
