import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/** What stays a part of its own: the lab, the SDK's services, the transports that few use, the live views, documentation and schemas. */
const APART =
  /^src\/(drill|transport\/(local|openssh|ssm))\/|\/sdk-[^/]*$|\.tsx$|^src\/cli\/(topics|man|schema)\//;
const ASKS_APART = /^src\/drill\//;
const DYNAMIC = /\bimport\(\s*'(\.[^']+)'\s*\)/g;
const TOGETHER = 'fireaxe:together';
/** Which part a module is in: what lists nodes, what acts on them, and everything else. What they share comes once. */
const KINDS = [
  ['first', /^src\/cli\/(run-verb|verbs\/(clusters|nodes|version))\.ts$/],
  ['acts', /^src\/(cli\/verbs\/exec\.ts$|plan\/single-step\.ts$|run\/|transport\/)/],
  ['rest', /./],
];
/** Packages that every verb needs. */
const LIGHT = ['commander', 'ipaddr.js', 'yaml', 'zod'];

/**
 * Puts our own modules that are imported dynamically into a few parts: a part takes a millisecond of CPU to find, open
 * and link, and a verb would load a hundred and fifty. What is heavy stays apart.
 */
export function together(root) {
  const place = (path) => relative(root, path).replaceAll('\\', '/');
  const nameOf = (path) => place(path).replace(/\W/g, '_');
  const kindOf = (path) => KINDS.find(([, of]) => of.test(place(path)))[0];
  const gathered = (path, text) =>
    ASKS_APART.test(place(path)) || !place(path).startsWith('src/')
      ? []
      : [...text.matchAll(DYNAMIC)]
          .map(([, to]) => resolve(dirname(path), to))
          .filter((to) => !APART.test(place(to)));
  return {
    name: 'together',
    setup(build) {
      build.onLoad({ filter: /[\\/]src[\\/].*\.tsx?$/ }, ({ path }) => {
        const text = readFileSync(path, 'utf8');
        const moved = new Set(gathered(path, text));
        if (moved.size === 0) return;
        const contents = text.replace(DYNAMIC, (whole, to) => {
          const target = resolve(dirname(path), to);
          return moved.has(target)
            ? `import('${TOGETHER}/${kindOf(target)}').then((all) => all.${nameOf(target)})`
            : whole;
        });
        return { contents, loader: path.endsWith('x') ? 'tsx' : 'ts' };
      });
      // Messages in fifty languages, of which zod uses one that it imports itself.
      build.onResolve({ filter: /^\.\.\/locales\/index\.js$/ }, ({ importer }) =>
        /[\\/]zod[\\/]/.test(importer) ? { path: 'fireaxe:nothing', namespace: 'nothing' } : undefined,
      );
      build.onLoad({ filter: /./, namespace: 'nothing' }, () => ({ contents: 'export {}' }));
      build.onResolve({ filter: /^fireaxe:/ }, ({ path }) => ({ path, namespace: 'fireaxe' }));
      build.onLoad({ filter: /./, namespace: 'fireaxe' }, ({ path: part }) => {
        const sources = readdirSync(join(root, 'src'), { recursive: true })
          .filter((name) => /\.tsx?$/.test(name))
          .map((name) => join(root, 'src', name));
        const all = new Set(sources.flatMap((path) => gathered(path, readFileSync(path, 'utf8'))));
        const lines = [...all]
          .filter((path) => part === `${TOGETHER}/${kindOf(path)}`)
          .map((path) => `export * as ${nameOf(path)} from ${JSON.stringify(path)};`);
        return { contents: lines.join('\n'), resolveDir: root };
      });
      build.onEnd(({ metafile }) => {
        const heavy = metafile ? packagesOf(metafile).filter((name) => !LIGHT.includes(name)) : [];
        const text = `every verb would load ${heavy.join(', ')}: import it dynamically, from a file that stays apart`;
        return heavy.length > 0 ? { errors: [{ text }] } : {};
      });
    },
  };
}

/** The packages that are loaded with our own modules. */
function packagesOf({ outputs }) {
  const entries = Object.entries(outputs).filter(([, { entryPoint }]) =>
    entryPoint?.startsWith(`fireaxe:${TOGETHER}`),
  );
  const loaded = new Set(entries.map(([output]) => output));
  // What is added on the way is visited, too.
  for (const part of loaded)
    for (const { path, kind } of outputs[part].imports)
      if (kind === 'import-statement' && outputs[path]) loaded.add(path);
  const inputs = [...loaded].flatMap((part) => Object.keys(outputs[part].inputs));
  const names = inputs.map((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1]);
  return [...new Set(names)].filter((name) => name !== undefined);
}
