import { given, runAction } from '../action-verb.ts';
import { toggle, value, values } from '../option.ts';
import { changeOptions, paceOptions, targetOptions, waveOptions } from '../options.ts';
import { defineVerb } from '../types.ts';

export default defineVerb({
  name: 'fence',
  summary: 'Keep API clients away from the API servers, at the control-plane hosts or where the clients run',
  examples: [
    'fireaxe fence -c prod-1 --reason INC-42 --dry-run',
    'fireaxe fence -c prod-1 --reason INC-42 --confirm "prod-1 3"',
    'fireaxe fence -c prod-1 --pause-controllers --reason INC-42 --confirm "prod-1 3"',
    'fireaxe fence -c prod-1 --allow 10.0.9.0/24 --timer 5m --reason INC-42',
    'fireaxe fence -c prod-1 --on nodes --only telemetry-agent --service 10.96.0.1 --reason INC-42',
    'fireaxe fence -c prod-1 --on nodes --except kubelet --service 10.96.0.1 --reason INC-42',
    'fireaxe readmit -c prod-1 --batch 10% --reason INC-42   # let clients back in at a pace',
    'fireaxe undo last                                       # open at once',
  ],
  danger: 'severe',
  options: {
    on: value('--on <hosts|nodes>', 'at the API servers (default), or on the machines where the clients run'),
    allow: values('--allow <address>', 'a client that stays, besides the control plane (repeatable)'),
    timer: value(
      '--timer <duration>',
      'a host takes the fence back by itself after this time unless it is kept (default 3m)',
    ),
    rate: value('--rate <N>', 'new connections a second that readmitted clients may open at each server'),
    only: values(
      '--only <unit|path>',
      'on nodes: fence this systemd unit, slice or control group (repeatable)',
    ),
    user: value('--user <name>', 'on nodes: fence the processes of this user'),
    except: values(
      '--except <unit|path>',
      'on nodes: fence all but this systemd unit, slice or control group (repeatable)',
    ),
    service: values(
      '--service <address>',
      'on nodes: an address of the API besides its hosts, such as the service address (repeatable)',
    ),
    pauseControllers: toggle(
      '--pause-controllers',
      'pause kube-controller-manager first, so that fenced nodes keep their endpoints',
    ),
    ...targetOptions,
    ...paceOptions,
    ...waveOptions,
    ...changeOptions,
  },
  run: (_args, flags, io) =>
    runAction(flags, io, {
      action: 'fence',
      params: given(flags, {
        on: 'on',
        allow: 'allow',
        timer: 'timer',
        rate: 'rate',
        only: 'only',
        user: 'user',
        except: 'except',
        service: 'service',
      }),
      ...(flags.pauseControllers === true && { before: { action: 'pause', params: {} } }),
      anywhere: flags.on === 'nodes' ? 'role=worker' : 'role=control-plane',
    }),
});
