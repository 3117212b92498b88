// The loop that people write: naive-ssm.mjs URL NODES. One command for 50 nodes at a time, each node asked until it is done.
import { setTimeout as sleep } from 'node:timers/promises';

const [url, count] = process.argv.slice(2);
const ids = Array.from({ length: Number(count) }, (_, n) => `i-${(n + 1).toString(16).padStart(17, '0')}`);

/** As `aws` retries: with a growing pause. */
async function call(operation, input) {
  for (let attempt = 0; ; attempt++) {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'x-amz-target': `AmazonSSM.${operation}` },
      body: JSON.stringify(input),
    });
    if (answer.ok) return answer.json();
    await answer.text();
    await sleep(Math.min(20_000, 2 ** attempt * 500) * (0.5 + Math.random() / 2));
  }
}

for (let from = 0; from < ids.length; from += 50) {
  const InstanceIds = ids.slice(from, from + 50);
  const { Command } = await call('SendCommand', { InstanceIds, Parameters: { commands: ['true'] } });
  await Promise.all(
    InstanceIds.map(async (InstanceId) => {
      do await sleep(1_000);
      while (
        (await call('GetCommandInvocation', { CommandId: Command.CommandId, InstanceId })).StatusDetails !==
        'Success'
      );
    }),
  );
}
