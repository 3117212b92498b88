import { dirname } from 'node:path';
import { expandNodeset } from '../../fleet/nodeset.ts';
import { stateDir } from '../../kit/state-dir.ts';
import { RUN } from '../arguments.ts';
import { openContext } from '../context.ts';
import { runEnvironment } from '../environment.ts';
import { EXIT } from '../exit-codes.ts';
import { verifiedCounts, verifiedLines, verifiedSum } from '../format/verified.ts';
import { nextCommand } from '../next-command.ts';
import { grouped, parsed, value, values } from '../option.ts';
import { paceOptions, sudoOptions, wholeNumber } from '../options.ts';
import { overridesOf } from '../overrides.ts';
import { openKeys, transportsOf } from '../passphrases.ts';
import { memberNamed, ofOneCluster, ofWhichCluster } from '../rollout/member.ts';
import { refuseUnknownNode, refuseUnknownStep } from '../run-scope.ts';
import { defineVerb } from '../types.ts';
import { usesCloud } from '../uses-cloud.ts';

const NOTES = `
For each step and node: holds, partly, gone, unknown or unreachable. Exit 0 where every change holds, else 3.
Nodes that the run did not change, and those whose change was undone or not kept, are not asked. Nothing is changed.`;

export default defineVerb({
  name: 'verify',
  summary: 'Ask each node whether the changes of a run still hold; changes nothing',
  examples: [
    'fireaxe verify last',
    'fireaxe verify last --step fence',
    "fireaxe verify 20261120T101500Z --nodes 'n[1-9]' --output json",
  ],
  danger: 'read',
  argument: RUN,
  options: {
    ...ofOneCluster,
    step: values('--step <id>', 'only this step'),
    nodes: value('--nodes <nodeset>', 'only these nodes, such as n[1-9,12]'),
    timeout: paceOptions.timeout,
    ...grouped('How fast:', {
      parallel: parsed('--parallel <N>', 'most nodes at a time', wholeNumber, { default: 'as in the run' }),
    }),
    via: paceOptions.via,
    ...sudoOptions,
  },
  notes: NOTES,
  async run(args, flags, io) {
    const context = await openContext(flags, io);
    const { sink, kit } = context;
    const { noPlan, readRun } = await import('../../run/journal/store.ts');
    const { journalPath } = await import('../../run/journal/run-order.ts');
    const { RunMemory } = await import('../../run/memory.ts');
    const { verifyRun } = await import('../../run/verify.ts');
    const directory = stateDir(kit, io.env);
    const named = await memberNamed(directory, args[0]!, flags.cluster);
    const { runId, records, changed, forked } = await readRun(directory, named);
    // What the journal says decides what is asked of the nodes.
    if (changed) throw changed;
    if (forked) sink.note(`warning: ${forked.message}`);
    const path = journalPath(directory, runId);
    const memory = RunMemory.of(records);
    if (records[0]?.kind === 'rollout') throw ofWhichCluster(runId);
    if (!memory) throw noPlan(runId, path);
    const { step: steps, nodes } = flags;
    const targets = nodes === undefined ? undefined : expandNodeset(nodes);
    refuseUnknownStep(records, steps, runId, '--step');
    refuseUnknownNode(records, targets, runId);
    const { parallel, timeoutMs, via } = overridesOf(flags);
    const pace = { ...(parallel && { parallel }), ...(timeoutMs && { timeoutMs }), ...(via && { via }) };
    await openKeys(
      context,
      memory.plan.cluster,
      via ? [via] : transportsOf(memory.plan),
      usesCloud(memory.plan),
    );
    const ended = io.inFlight();
    const { env, close } = runEnvironment(context, (event) => {
      if (event.kind === 'note') sink.note(event.text);
    });
    try {
      const run = { runId, dir: dirname(path), records };
      const scope = { pace, ...(steps && { steps }), ...(targets && { targets }) };
      const verified = await verifyRun(run, memory, env, scope);
      const holds = verified.every((step) => step.targets.every(({ state }) => state === 'holds'));
      for (const line of verifiedLines(verified)) sink.text(line);
      for (const { step, targets } of verified)
        for (const target of targets) sink.event({ runId, step, ...target });
      sink.note(verifiedSum(runId, verified));
      if (!holds) sink.note(`next: ${nextCommand(`fireaxe timeline ${runId}`, flags)}`);
      const cluster = memory.plan.cluster;
      sink.json({ runId, cluster, holds, counts: verifiedCounts(verified), steps: verified });
      if (io.stop.aborted) return EXIT.interrupted;
      return holds ? EXIT.done : EXIT.targets;
    } finally {
      await close();
      ended();
    }
  },
});
