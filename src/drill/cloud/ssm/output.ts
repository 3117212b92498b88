const ERROR_TITLE = '\n----------ERROR-------\n';
const OUTPUT_CUT = '\n---Output truncated---';
const ERROR_CUT = '\n---Error truncated----';

/** What one listing shows of a command's output: both streams in one text of at most `capacity` characters. */
export function listedOutput(stdout: string, stderr: string, capacity: number): string {
  const title = stderr === '' ? '' : ERROR_TITLE;
  if (stdout.length + title.length + stderr.length <= capacity) return stdout + title + stderr;
  const room = capacity - title.length;
  if (stderr === '') return cut(stdout, room, OUTPUT_CUT);
  if (stdout === '') return title + cut(stderr, room, ERROR_CUT);
  // Each stream gets half, and what the other leaves of its half.
  const half = Math.floor(room / 2);
  const forOutput = stderr.length < half ? room - stderr.length : half;
  const forError = stdout.length < half ? room - stdout.length : half;
  return cut(stdout, forOutput, OUTPUT_CUT) + title + cut(stderr, forError, ERROR_CUT);
}

function cut(text: string, capacity: number, mark: string): string {
  return text.length <= capacity ? text : text.slice(0, Math.max(0, capacity - mark.length)) + mark;
}

export function stdoutContent(stdout: string): string {
  return cut(stdout, 24_000, OUTPUT_CUT);
}

export function stderrContent(stderr: string): string {
  return cut(stderr, 8_000, ERROR_CUT);
}
