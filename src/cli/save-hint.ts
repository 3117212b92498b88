/** What to say where `-o` or `--output` got a file: its user means to save the plan. */
export function saveHint(argv: string[]): string | undefined {
  const own = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : undefined);
  const at = own.findIndex((word) => /^(-o|--output(=|$)|--out(=|$))/.test(word));
  if (at < 0) return undefined;
  const attached = own[at]!.replace(/^(-o=?|--output=?|--out=?)/, '');
  const word = attached || (own[at + 1] ?? '');
  return /[./]/.test(word) || /^--out(=|$)/.test(own[at]!) ? `--save ${word} to save the plan` : undefined;
}
