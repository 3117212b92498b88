// SSM with the quotas and the slowness of the real one: ssm-stub.mjs PORT. GET / tells the calls so far, POST /reset forgets them.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const LATENCY_MS = 60;
const LISTED_AFTER_MS = 500;
/** Until a node takes a command up, and how long it runs. */
const DELIVERY_MS = [800, 1200];
const RUN_MS = 300;
const QUOTAS = {
  SendCommand: [20, 20],
  ListCommands: [10, 20],
  ListCommandInvocations: [15, 30],
  GetCommandInvocation: [15, 30],
};

let calls = {};
let commands = [];
const buckets = new Map();

function take(operation) {
  const [rate, burst] = QUOTAS[operation];
  const now = performance.now();
  const { tokens, at } = buckets.get(operation) ?? { tokens: burst, at: now };
  const left = Math.min(burst, tokens + ((now - at) / 1000) * rate);
  buckets.set(operation, { tokens: left >= 1 ? left - 1 : left, at: now });
  return left >= 1;
}

const value = (text, name) => new RegExp(`^${name}='?([^'\\n]*)`, 'm').exec(text)?.[1] ?? '';
const endedAt = ({ takenAt }) => takenAt + RUN_MS;
const isOver = (node) => Date.now() >= endedAt(node);
const line = ({ text }) =>
  `hi\n${JSON.stringify({ fireaxe: 1, nonce: value(text, 'FX_NONCE'), op: value(text, 'FX_OP'), state: 'changed', exit: 0 })}\n`;

function view(command) {
  const over = command.nodes.filter(isOver).length;
  return {
    CommandId: command.id,
    Comment: command.comment,
    RequestedDateTime: command.at / 1000,
    Status: over === command.nodes.length ? 'Success' : 'InProgress',
    TargetCount: command.nodes.length,
    CompletedCount: over,
  };
}

const status = (node) => (isOver(node) ? 'Success' : 'Pending');

const operations = {
  SendCommand({ InstanceIds, Comment = '', Parameters }) {
    const [least, most] = DELIVERY_MS;
    const nodes = InstanceIds.map((id) => ({
      id,
      takenAt: Date.now() + least + Math.random() * (most - least),
    }));
    const command = {
      id: randomUUID(),
      comment: Comment,
      at: Date.now(),
      text: Parameters.commands.join('\n'),
      nodes,
    };
    commands.unshift(command);
    return { Command: view(command) };
  },
  ListCommands({ NextToken = '0', MaxResults = 50 }) {
    const listed = commands.filter(({ at }) => Date.now() - at >= LISTED_AFTER_MS);
    const end = Number(NextToken) + MaxResults;
    const more = end < listed.length ? { NextToken: String(end) } : {};
    return { Commands: listed.slice(Number(NextToken), end).map(view), ...more };
  },
  ListCommandInvocations({ CommandId }) {
    const command = commands.find(({ id }) => id === CommandId);
    const one = (node) => ({
      InstanceId: node.id,
      StatusDetails: status(node),
      CommandPlugins: [{ ResponseCode: isOver(node) ? 0 : -1, Output: isOver(node) ? line(command) : '' }],
    });
    return { CommandInvocations: command.nodes.map(one) };
  },
  GetCommandInvocation({ CommandId, InstanceId }) {
    const node = commands.find(({ id }) => id === CommandId).nodes.find(({ id }) => id === InstanceId);
    return { InstanceId, StatusDetails: status(node), StandardOutputContent: 'hi\n' };
  },
};

createServer(async (request, response) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  if (request.url === '/reset') [calls, commands] = [{}, []];
  const operation = request.headers['x-amz-target']?.replace('AmazonSSM.', '');
  if (!operation) return response.end(JSON.stringify(calls));
  calls[operation] = (calls[operation] ?? 0) + 1;
  await sleep(LATENCY_MS);
  const throttled = !take(operation);
  const answer = throttled
    ? { __type: 'ThrottlingException', message: 'Rate exceeded' }
    : operations[operation](JSON.parse(body));
  response.writeHead(throttled ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
  response.end(JSON.stringify(answer));
}).listen(Number(process.argv[2]), '127.0.0.1');
