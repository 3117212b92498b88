/** Comments, blank lines and indentation cost bytes on the wire; no text of the scripts depends on how its lines begin. */
export function strip(script: string): string {
  return script.replace(/^[ \t]*(#.*)?\n/gm, '').replace(/^[ \t]+/gm, '');
}
