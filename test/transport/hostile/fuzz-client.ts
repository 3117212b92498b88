// Reaches every server of fuzz-peer.mjs; bundled by its test and run by itself, so that its memory is its own.
// usage: node fuzz-client.mjs PORT KNOWN_HOSTS IDENTITY COUNT; prints outcomes and its peak memory as JSON.
import { createSshTransport } from '../../../src/transport/ssh/transport.ts';
import { raw, runOne, target } from '../subjects.ts';
import { addressOf } from './fuzz-kinds.mjs';

/** Reached at once; as many as the engine may. */
const AT_ONCE = 200;

const [port, knownHosts, identity, count] = process.argv.slice(2) as [string, string, string, string];
const transport = await createSshTransport({ kit: { knownHosts: [knownHosts] } });
const script = raw('true', { protocol: true, maxOutput: 8192 });
const outcomes: object[] = [];
let next = 0;
await Promise.all(
  Array.from({ length: AT_ONCE }, async () => {
    while (next < Number(count)) {
      const index = next++;
      const node = target({
        name: `server ${index}`,
        address: addressOf(index),
        port: Number(port),
        ssh: { identity },
      });
      const { stdout, stderr, ...rest } = await runOne(transport, node, script, {
        connectMs: 6000,
        runMs: 3000,
      });
      outcomes.push({ ...rest, index, bytes: stdout.length + stderr.length });
    }
  }),
);
await transport.close();
process.stdout.write(JSON.stringify({ outcomes, peakMib: process.resourceUsage().maxRSS / 1024 }), () =>
  process.exit(),
);
