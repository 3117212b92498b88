/**
 * Factors of the columns of `rows` (one row a reading) whose sum comes nearest to `values`, by the squares of the relative
 * errors; undefined where the readings do not tell the columns apart. The normal equations, by Gaussian elimination; each
 * column is first scaled to 1, since squares of nodes and single ones are far apart.
 */
export function solved(rows: number[][], values: number[]): number[] | undefined {
  const size = rows[0]!.length;
  const scales = Array.from({ length: size }, (_, i) =>
    Math.max(...rows.map((row, k) => Math.abs(row[i]! / values[k]!))),
  );
  if (scales.includes(0)) return undefined;
  const scaled = rows.map((row, k) => row.map((cell, i) => cell / values[k]! / scales[i]!));
  const system = scales.map((_, i) => [
    ...scales.map((_, j) => scaled.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
    scaled.reduce((sum, row) => sum + row[i]!, 0),
  ]);
  for (let i = 0; i < size; i++) {
    const pivot = system[i]![i]!;
    if (!(Math.abs(pivot) > SINGULAR)) return undefined;
    for (let j = 0; j < size; j++) {
      if (j === i) continue;
      const factor = system[j]![i]! / pivot;
      system[j] = system[j]!.map((value, k) => value - factor * system[i]![k]!);
    }
  }
  return system.map((row, i) => row[size]! / row[i]! / scales[i]!);
}

/** Of columns up to 1; rounding leaves less than this of one that the others make up. */
const SINGULAR = 1e-12;
