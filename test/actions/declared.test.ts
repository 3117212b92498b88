import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { list, seconds } from '../../src/actions/kinds.ts';
import { type Parameters, readerOf } from '../../src/actions/params.ts';
import { ACTION_NAMES, actionNamed } from '../../src/actions/registry.ts';
import { givenParameters, parameterFlags } from '../../src/cli/action-verb.ts';

const parameters = {
  timer: { schema: seconds(10, 60), help: 'time', flag: '--timer <duration>', default: '30s' },
  port: { schema: list().default([]), help: 'ports', flag: '--port <port>', repeatable: true },
  clients: { schema: z.string().optional(), help: 'only for playbooks' },
} satisfies Parameters;

describe('parameters of an action', () => {
  it('are read with their defaults, as if those were typed', () => {
    expect(readerOf(parameters).parse({ port: '1,2' })).toEqual({ timer: 30, port: ['1', '2'] });
  });

  it('are checked together once each is right', () => {
    const reader = readerOf(parameters, (p) =>
      p.timer < 20 ? { at: 'timer', message: 'too short' } : undefined,
    );
    expect(reader.safeParse({ timer: '10s' }).error?.issues).toMatchObject([
      { path: ['timer'], message: 'too short' },
    ]);
    expect(reader.safeParse({ timer: '1h' }).error?.issues[0]?.message).toMatch(/not a time from 10s to 60s/);
  });

  it('become the options of a verb, but for those that only a playbook gives', () => {
    expect(parameterFlags(parameters)).toEqual({
      timer: { flags: '--timer <duration>', help: 'time', default: '30s' },
      port: { flags: '--port <port>', help: 'ports', repeatable: true },
    });
  });

  it('are taken from the flags that were given, and nothing else is', () => {
    const flags = { timer: '20s', port: undefined, clients: 'all', cluster: 'c1' };
    expect(givenParameters(parameters, flags)).toEqual({ timer: '20s' });
  });

  it.each(ACTION_NAMES)('of %s have a flag of their own name, and a default that is accepted', (name) => {
    for (const [parameter, { flag, schema, default: usual }] of Object.entries(
      actionNamed(name).parameters,
    )) {
      const dashed = parameter.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      if (flag !== undefined) expect(flag.split(' ')[0]).toBe(`--${dashed}`);
      if (usual !== undefined) expect(schema.safeParse(usual).success, parameter).toBe(true);
    }
  });
});
