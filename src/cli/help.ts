const GROUPS = ['Look', 'Act', 'Plan and run', 'Practise'] as const;

/** The first page: written by hand here so that it needs no library. */
export function topHelp(verbs: { name: string; summary: string; group: string }[]): string {
  const lines = [
    'Fireaxe breaks a locked-out Kubernetes control plane open when kubectl cannot.',
    '',
    '  fireaxe drill                                   play the incident on this machine',
    '  fireaxe probe -c prod-1                         is the control plane answering?',
    '  fireaxe plan control-plane-lockout -c prod-1    what would the recovery do?',
    '  fireaxe run shed-load -c prod-1 -p process=telemetryd --reason INC-42',
    '',
    'Usage: fireaxe VERB [options]',
  ];
  for (const group of GROUPS) {
    const members = verbs.filter((v) => v.group === group);
    if (members.length === 0) continue;
    lines.push('', `${group}:`, ...members.map((v) => `  ${v.name.padEnd(10)} ${v.summary}`));
  }
  lines.push(
    '',
    'fireaxe VERB --help shows examples and all options of a verb.',
    'The kit (clusters, nodes, keys) is found by --kit, FIREAXE_KIT or ~/.config/fireaxe/kit.',
    '',
  );
  return lines.join('\n');
}
