import type { Connection, ServerChannel } from 'ssh2';
import type { LabExec } from '../types.ts';

/** Runs what the client asks for by exec requests, and relays its streams and its end as sshd does. */
export function serveExec(
  client: Connection,
  run: (command: string, stdin: NodeJS.ReadableStream) => Promise<LabExec>,
): void {
  client.on('session', (accept) => {
    const session = accept();
    session.on('exec', (acceptExec, _reject, info) => {
      const channel = acceptExec();
      run(info.command, channel).then(
        (command) => relay(command, channel),
        () => channel.close(),
      );
    });
  });
}

function relay(command: LabExec, channel: ServerChannel): void {
  const { stdout, stderr } = command;
  stdout.pipe(channel, { end: false });
  stderr.pipe(channel.stderr, { end: false });
  // When the client is gone the command continues and its output is not read, as with sshd.
  channel.once('close', () => {
    for (const stream of [stdout, stderr]) (stream as NodeJS.ReadableStream & { destroy(): void }).destroy();
  });
  channel.on('error', () => undefined);
  const drained = Promise.all(
    [stdout, stderr].map((stream) => new Promise((end) => stream.once('close', end))),
  );
  void command.ended.then(async ({ code, signal }) => {
    // A background process that holds the streams keeps the channel open, as with sshd.
    await drained;
    if (channel.writable === false) return;
    if (signal) channel.exit(signal.replace(/^SIG/, ''), false, '');
    else channel.exit(code ?? 255);
    channel.close();
  });
}
