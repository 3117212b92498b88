import type { SSMClient } from '@aws-sdk/client-ssm';
import { HalfAnswer } from '../../aws/passing.ts';
import { asReport, asSentCommand, nextPage, textOr } from './answers.ts';
import type { Report, SentCommand, SsmApi } from './types.ts';

const PAGE = 50;

export async function ssmApi(client: SSMClient): Promise<SsmApi> {
  const sdk = await import('../../aws/sdk-ssm.ts');
  const abort = (signal?: AbortSignal) => (signal ? { abortSignal: signal } : {});
  return {
    async send(request, signal) {
      const command = new sdk.SendCommandCommand({
        DocumentName: 'AWS-RunShellScript',
        ...('tags' in request.to
          ? { Targets: request.to.tags.map(({ key, values }) => ({ Key: `tag:${key}`, Values: values })) }
          : { InstanceIds: request.to.instanceIds }),
        Comment: request.comment,
        Parameters: { commands: [request.text], executionTimeout: [String(request.executionSeconds)] },
        TimeoutSeconds: request.deliverySeconds,
        // The defaults, 50 and 0, would leave the rest Terminated after the first failure.
        MaxConcurrency: 'tags' in request.to ? '100%' : '50',
        MaxErrors: 'tags' in request.to ? '100%' : String(request.to.instanceIds.length),
      });
      const { Command } = await client.send(command, abort(signal));
      // A command may have been sent all the same: the caller looks for it.
      const sent = asSentCommand(Command);
      if (!sent.id) throw new HalfAnswer('SendCommand', 'command');
      return sent;
    },

    async commands(after, wanted, signal) {
      const seen: SentCommand[] = [];
      let token: string | undefined;
      do {
        const page = await client.send(
          new sdk.ListCommandsCommand({
            Filters: [{ key: 'InvokedAfter', value: `${after.toISOString().slice(0, 19)}Z` }],
            MaxResults: PAGE,
            ...(token ? { NextToken: token } : {}),
          }),
          abort(signal),
        );
        if (!Array.isArray(page.Commands)) throw new HalfAnswer('ListCommands', 'commands');
        seen.push(...page.Commands.map(asSentCommand));
        token = nextPage(token, page.NextToken);
      } while (token && !wanted(seen));
      return seen;
    },

    async invocations(commandId, signal, paced = (call) => call()) {
      const reports: Report[] = [];
      let token: string | undefined;
      do {
        const after = token ? { NextToken: token } : {};
        const page = await paced(() =>
          client.send(
            new sdk.ListCommandInvocationsCommand({
              CommandId: commandId,
              Details: true,
              MaxResults: PAGE,
              ...after,
            }),
            abort(signal),
          ),
        );
        if (!Array.isArray(page.CommandInvocations))
          throw new HalfAnswer('ListCommandInvocations', 'invocations');
        reports.push(...page.CommandInvocations.map(asReport));
        token = nextPage(token, page.NextToken);
      } while (token);
      return reports;
    },

    async output(commandId, instanceId, signal) {
      const one = await client.send(
        new sdk.GetCommandInvocationCommand({ CommandId: commandId, InstanceId: instanceId }),
        abort(signal),
      );
      return { stdout: textOr(one.StandardOutputContent), stderr: textOr(one.StandardErrorContent) };
    },

    async cancel(commandId, instanceIds, signal) {
      await client.send(
        new sdk.CancelCommandCommand({ CommandId: commandId, InstanceIds: instanceIds }),
        abort(signal),
      );
    },

    close: () => client.destroy(),
  };
}
