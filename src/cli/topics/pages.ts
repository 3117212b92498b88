import actionsCordon from '../../../docs/actions/cordon.md';
import actionsCordonBalancer from '../../../docs/actions/cordon-balancer.md';
import actionsDns from '../../../docs/actions/dns.md';
import actionsDnsHold from '../../../docs/actions/dns-hold.md';
import actionsDrillFlood from '../../../docs/actions/drill-flood.md';
import actionsEvacuate from '../../../docs/actions/evacuate.md';
import actionsExec from '../../../docs/actions/exec.md';
import actionsFence from '../../../docs/actions/fence.md';
import actionsFenceEks from '../../../docs/actions/fence-eks.md';
import actionsFenceNetwork from '../../../docs/actions/fence-network.md';
import actionsKubectl from '../../../docs/actions/kubectl.md';
import actionsPace from '../../../docs/actions/pace.md';
import actionsPause from '../../../docs/actions/pause.md';
import actionsReadmit from '../../../docs/actions/readmit.md';
import actionsScale from '../../../docs/actions/scale.md';
import actionsScaleAdd from '../../../docs/actions/scale-add.md';
import actionsScaleEks from '../../../docs/actions/scale-eks.md';
import actionsScaleFlags from '../../../docs/actions/scale-flags.md';
import actionsScaleVolume from '../../../docs/actions/scale-volume.md';
import actionsShrink from '../../../docs/actions/shrink.md';
import actionsShrinkGroup from '../../../docs/actions/shrink-group.md';
import actionsStart from '../../../docs/actions/start.md';
import actionsStop from '../../../docs/actions/stop.md';
import actionsSweep from '../../../docs/actions/sweep.md';
import architecture from '../../../docs/architecture.md';
import automation from '../../../docs/automation.md';
import aws from '../../../docs/aws.md';
import dependencies from '../../../docs/dependencies.md';
import doctor from '../../../docs/doctor.md';
import drill from '../../../docs/drill.md';
import exitCodes from '../../../docs/exit-codes.md';
import firstFiveMinutes from '../../../docs/first-five-minutes.md';
import forecast from '../../../docs/forecast.md';
import gameDay from '../../../docs/game-day.md';
import install from '../../../docs/install.md';
import kit from '../../../docs/kit.md';
import kubernetes from '../../../docs/kubernetes.md';
import nodeProtocol from '../../../docs/node-protocol.md';
import outcomes from '../../../docs/outcomes.md';
import playbooks from '../../../docs/playbooks.md';
import probe from '../../../docs/probe.md';
import promises from '../../../docs/promises.md';
import report from '../../../docs/report.md';
import rollout from '../../../docs/rollout.md';
import schemas from '../../../docs/schemas.md';
import simulation from '../../../docs/simulation.md';
import status from '../../../docs/status.md';
import undo from '../../../docs/undo.md';
import who from '../../../docs/who.md';

/** The documentation by topic, so that it can be read without a network. */
export const PAGES: Readonly<Record<string, string>> = {
  architecture: architecture,
  aws: aws,
  dependencies: dependencies,
  doctor: doctor,
  drill: drill,
  'exit-codes': exitCodes,
  automation,
  'first-five-minutes': firstFiveMinutes,
  forecast: forecast,
  'game-day': gameDay,
  install: install,
  kit: kit,
  kubernetes: kubernetes,
  'node-protocol': nodeProtocol,
  outcomes: outcomes,
  playbooks: playbooks,
  probe: probe,
  promises: promises,
  report: report,
  rollout: rollout,
  schemas: schemas,
  simulation: simulation,
  status: status,
  undo: undo,
  who: who,
  'cordon-balancer': actionsCordonBalancer,
  cordon: actionsCordon,
  'dns-hold': actionsDnsHold,
  'drill-flood': actionsDrillFlood,
  dns: actionsDns,
  evacuate: actionsEvacuate,
  exec: actionsExec,
  'fence-eks': actionsFenceEks,
  'fence-network': actionsFenceNetwork,
  fence: actionsFence,
  kubectl: actionsKubectl,
  pace: actionsPace,
  pause: actionsPause,
  readmit: actionsReadmit,
  'scale-add': actionsScaleAdd,
  'scale-eks': actionsScaleEks,
  'scale-flags': actionsScaleFlags,
  'scale-volume': actionsScaleVolume,
  scale: actionsScale,
  'shrink-group': actionsShrinkGroup,
  shrink: actionsShrink,
  start: actionsStart,
  stop: actionsStop,
  sweep: actionsSweep,
};
