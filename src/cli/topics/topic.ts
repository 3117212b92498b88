import { PAGES } from './pages.ts';

/** The page of a topic, `kit` or `kit.md`, as it is written; `topics` lists all. */
export function topicPage(word: string): string | undefined {
  if (word === 'topics') return list();
  const name = word.replace(/\.md$/, '');
  return Object.hasOwn(PAGES, name) ? PAGES[name] : undefined;
}

function list(): string {
  const width = Math.max(...Object.keys(PAGES).map((name) => name.length));
  const rows = Object.entries(PAGES).map(([name, page]) => `  ${name.padEnd(width)}  ${titleOf(page)}`);
  return [
    'fireaxe help TOPIC prints a page; where a verb has the same name, TOPIC.md does.',
    'fireaxe help man prints the man page.',
    '',
    ...rows,
    '',
  ].join('\n');
}

const titleOf = (page: string): string => /^# (.*)$/m.exec(page)?.[1] ?? '';
