import { createHash } from 'node:crypto';
import type { Incident } from '../incident.ts';
import { head } from './head.ts';
import { Markup, markup } from './markup.ts';
import { cluster } from './part.ts';
import { STYLE } from './style.ts';
import { clusters, story } from './tables.ts';

/** The report as one page that loads nothing and runs nothing. */
export function pageOf(incident: Incident, by: { version: string; at: string }): string {
  const style = new Markup(STYLE);
  const hash = createHash('sha256').update(STYLE).digest('base64');
  // Even if something slipped through: no script, no request, no form.
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const several = incident.rollout !== undefined;
  return `<!doctype html>\n${
    markup`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="fireaxe ${by.version}">
<link rel="icon" href="data:,">
<title>${incident.title} on ${incident.where}: ${incident.state}</title>
<style>${style}</style>
</head>
<body>
${head(incident)}
${several && clusters(incident)}
${incident.parts.map((part) => cluster(part, several))}
${story(incident)}
<footer>Made by fireaxe ${by.version} at ${by.at} from the journal of ${incident.runId}. All times are UTC.</footer>
</body>
</html>
`.text
  }`;
}
