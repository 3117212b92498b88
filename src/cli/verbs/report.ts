import { usage } from '../../base/errors.ts';
import { RUN } from '../arguments.ts';
import { EXIT } from '../exit-codes.ts';
import { journalDir } from '../journal-dir.ts';
import { withNext } from '../next-command.ts';
import { choice, grouped, toggle, value } from '../option.ts';
import { createSink } from '../output.ts';
import { memberNamed, ofOneCluster } from '../rollout/member.ts';
import { defineVerb } from '../types.ts';
import { writeReport } from '../write-report.ts';

export default defineVerb({
  name: 'report',
  summary:
    'Write the report of a run: what was done when, why and by which operator, with plots, as one page',
  examples: [
    'fireaxe report last -o incident.html',
    'fireaxe report last --format md              # for the postmortem document, to stdout',
    'fireaxe report last -o prod-1.html -c prod-1 # of a rollout: the run of one cluster',
  ],
  danger: 'read',
  argument: RUN,
  options: {
    ...ofOneCluster,
    ...grouped('The report:', {
      out: value('-o, --out <file>', 'the file to write, for its owner alone', {
        default: 'stdout, with md',
      }),
      format: choice('--format <html|md>', 'a page, or Markdown', ['html', 'md'], {
        default: 'by the name of the file, else a page',
      }),
      force: toggle('--force', 'replace the file if it exists'),
    }),
  },
  async run(args, flags, io) {
    const sink = createSink(io, flags);
    const format = flags.format ?? (/\.(md|markdown)$/i.test(flags.out ?? '') ? 'md' : 'html');
    if (flags.out === undefined && format === 'html')
      throw usage('missing -o', {
        place: '-o',
        expected: 'the file to write',
        next: `fireaxe report ${args[0]} -o incident.html`,
      });
    const { readReport } = await import('../read-report.ts');
    const directory = await journalDir(flags, io, sink.note);
    const found = await readReport(directory, await memberNamed(directory, args[0]!, flags.cluster));
    const { runId, problem, rollout, parts } = found;
    for (const one of [found, ...(rollout ? parts : [])])
      if (one.problem) sink.note(`warning: the journal of ${one.runId} is not whole: ${one.problem}`);
    const incident = withNext(found, flags);
    const { VERSION } = await import('../../base/version.ts');
    const text =
      format === 'md'
        ? (await import('../../report/markdown.ts')).markdownOf(incident)
        : (await import('../../report/page/page.ts')).pageOf(incident, {
            version: VERSION,
            at: io.now().toISOString(),
          });
    if (flags.out === undefined) for (const line of text.trimEnd().split('\n')) sink.text(line);
    else {
      await writeReport(flags.out, text, flags.force === true);
      sink.text(`report of ${runId}: ${flags.out}`);
    }
    sink.json({
      runId,
      format,
      ...(flags.out === undefined ? { report: text } : { file: flags.out }),
      ...(problem === undefined ? {} : { problem }),
    });
    return EXIT.done;
  },
});
