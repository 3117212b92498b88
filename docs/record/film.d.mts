export function filmOf(
  frames: { at: number; rows: string[] }[],
  size: { columns: number; rows: number },
): string;
