import type { Systemd } from './manager.ts';
import { formatTimeSpan, parseTimeSpan } from './time-span.ts';
import { serviceOf } from './timer.ts';
import type { UnitState } from './unit.ts';
import { setting } from './unit-text.ts';

/** What `systemctl show` says of a unit, in its order. */
export function propertiesOf(systemd: Systemd, state: UnitState): [string, string][] {
  const { text, loadState, fragmentPath } = state.loaded;
  const timer = state.name.endsWith('.timer');
  const own = timer ? timerProperties(state) : serviceProperties(state);
  const triggeredBy = systemd.files
    .names()
    .filter((name) => name.endsWith('.timer') && !timer && serviceOf(systemd.unit(name)) === state.name);
  const described = setting(text, 'Unit.Description') ?? state.name;
  return [
    ...own,
    ['Id', state.name],
    ['Names', state.name],
    ...(timer ? ([['Triggers', serviceOf(state)]] as [string, string][]) : []),
    ['TriggeredBy', triggeredBy.join(' ')],
    ['Description', described],
    ['LoadState', loadState],
    ['ActiveState', state.active],
    ['SubState', state.sub],
    ['FragmentPath', fragmentPath],
    ['UnitFileState', systemd.files.state(state.name)],
    ['ActiveEnterTimestamp', stamp(state.enteredActiveAt)],
    ['ActiveEnterTimestampMonotonic', String(state.enteredActiveAt * 1000)],
    ['InactiveEnterTimestamp', stamp(state.enteredInactiveAt)],
    ['CanStart', loadState === 'loaded' ? 'yes' : 'no'],
    ['CanStop', loadState === 'not-found' ? 'no' : 'yes'],
    ['NeedDaemonReload', 'no'],
    ['Transient', fragmentPath.includes('/run/systemd/transient/') ? 'yes' : 'no'],
    ['CollectMode', setting(text, 'Unit.CollectMode') ?? 'inactive'],
  ];
}

function serviceProperties(state: UnitState): [string, string][] {
  const { text } = state.loaded;
  const limit = parseTimeSpan(setting(text, 'Service.RuntimeMaxSec') ?? '');
  return [
    ['Type', setting(text, 'Service.Type') ?? 'simple'],
    ['Restart', setting(text, 'Service.Restart') ?? 'no'],
    ['RuntimeMaxUSec', limit === undefined ? 'infinity' : formatTimeSpan(limit)],
    ['MainPID', String(state.main?.pid ?? 0)],
    ['Result', state.result],
    ['NRestarts', String(state.restarts)],
    ['ExecMainStatus', String(state.exit?.code ?? 0)],
    ['ControlGroup', state.active === 'active' ? `/system.slice/${state.name}` : ''],
  ];
}

function timerProperties(state: UnitState): [string, string][] {
  const { text } = state.loaded;
  const delay = parseTimeSpan(setting(text, 'Timer.OnActiveSec') ?? '') ?? 0;
  const next =
    state.elapsesAt === undefined ? 'infinity' : formatTimeSpan(state.elapsesAt - state.enteredActiveAt);
  return [
    ['Unit', serviceOf(state)],
    ['TimersMonotonic', `{ OnActiveUSec=${formatTimeSpan(delay)} ; next_elapse=${next} }`],
    ['NextElapseUSecMonotonic', next],
    ['AccuracyUSec', formatTimeSpan(parseTimeSpan(setting(text, 'Timer.AccuracySec') ?? '') ?? 60_000)],
    ['RemainAfterElapse', setting(text, 'Timer.RemainAfterElapse') ?? 'yes'],
    ['Result', state.result],
  ];
}

/** `Thu 2024-12-12 00:51:00 UTC` */
export function stamp(at: number): string {
  if (at === 0) return '';
  const date = new Date(at);
  const day = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][date.getUTCDay()];
  return `${day} ${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
