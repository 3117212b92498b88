import { Backoff, CRASH_LOOP } from '../backoff.ts';
import { CLOCKS } from '../time-scale.ts';
import type { LabNode } from '../types.ts';
import { ApiServer, type ApiServerDeps } from './api-server.ts';
import { COST, capacityOf } from './capacity.ts';
import { flagsOf, hasStaticPod, staticPodText } from './static-pods.ts';
import type { StaticPods } from './tools/crictl.ts';

/** What the lab itself knows of one API server, for the score and `drill status`. */
export interface ServerView {
  node: string;
  instanceType: string;
  machine: 'running' | 'stopped';
  up: boolean;
  ready: boolean;
  deaths: number;
  memoryBytes: number;
  memoryLimit: number;
  inflight: number;
}

/** A control-plane machine's kubelet as far as its kube-apiserver goes: starts it, probes it, starts it again after its death. */
export class ServerHost implements StaticPods {
  readonly node: LabNode;
  readonly #deps: ApiServerDeps;
  readonly #kubeletActive: () => boolean;
  readonly #backoff = new Backoff(CRASH_LOOP);
  #server: ApiServer | undefined;
  #manifest: string | undefined;
  #startedAt = 0;
  #startAt = 0;
  #probedAt = 0;
  #probing = false;
  #failures = 0;
  /** Its startup probe has succeeded. */
  #begun = false;
  #ready = false;
  #deaths = 0;
  /** Answers of servers that are gone, so that counts never run backwards. */
  #past = { good: 0, bad: 0 };

  constructor(node: LabNode, deps: ApiServerDeps, kubeletActive: () => boolean) {
    this.node = node;
    this.#deps = deps;
    this.#kubeletActive = kubeletActive;
  }

  port(): number {
    return this.#server?.port() ?? 0;
  }

  /** Passed its last readiness probe. */
  ready(): boolean {
    return this.#ready && this.port() !== 0;
  }

  /** Answers to clients since the lab began: good ones, and 429 or 5xx. */
  answers(): { good: number; bad: number } {
    const now = this.#server?.metrics;
    const isBad = (code: number) => code === 429 || code >= 500;
    return {
      good: this.#past.good + (now?.total((code) => !isBad(code)) ?? 0),
      bad: this.#past.bad + (now?.total(isBad) ?? 0),
    };
  }

  stateOf(component: string): 'running' | 'waiting' | 'absent' {
    if (component !== 'kube-apiserver') return hasStaticPod(this.node.root, component) ? 'running' : 'absent';
    if (this.#server) return 'running';
    return this.#startAt > this.#deps.now() ? 'waiting' : 'absent';
  }

  /** The kubelet computes its wait from the exited container: without it, it starts the next one at its next look. */
  forgetExited(component: string): void {
    const waits = this.#startAt - this.#deps.now();
    if (component === 'kube-apiserver' && !this.#server && waits > 0)
      this.#startAt -= Math.floor(waits / CLOCKS.backoffLook) * CLOCKS.backoffLook;
  }

  view(): ServerView {
    const model = this.#server?.model;
    return {
      node: this.node.spec.name,
      instanceType: this.node.spec.instanceType,
      machine: this.node.running() ? 'running' : 'stopped',
      up: this.port() !== 0,
      ready: this.ready(),
      deaths: this.#deaths,
      memoryBytes: Math.round(model?.memoryBytes() ?? 0),
      memoryLimit: model?.capacity.memoryLimit ?? 0,
      inflight: (model?.inflight('readOnly') ?? 0) + (model?.inflight('mutating') ?? 0),
    };
  }

  /** The kubelet looks at the machine and the manifest. */
  sync(): void {
    const now = this.#deps.now();
    if (!this.node.running()) {
      this.#end();
      // A booted machine starts its static pods at once.
      this.#backoff.forget();
      this.#startAt = 0;
      return;
    }
    // Without its kubelet a server that runs stays up, and one that died stays dead.
    if (!this.#kubeletActive()) return;
    const manifest = staticPodText(this.node.root, 'kube-apiserver');
    if (this.#server && manifest !== this.#manifest) {
      this.#end();
      this.#startAt = 0;
    }
    if (!this.#server && manifest !== undefined && now >= this.#startAt) this.#start(manifest);
    if (this.#server && now - this.#probedAt >= CLOCKS.probePeriod) this.#probe(this.#server);
  }

  tick(): void {
    if (!this.#server) return;
    if (this.#server.model.outOfMemory()) this.#die();
    else this.#server.tick();
  }

  stop(): void {
    this.#end();
  }

  /** As after many crashes: it is down, and the kubelet waits the longest back-off before it starts the next one. */
  crashLoop(): void {
    this.#deaths++;
    this.#startAt = this.#deps.now() + CLOCKS.backoffMost;
    this.#end();
  }

  #start(manifest: string): void {
    const size = capacityOf(this.node.spec.instanceType);
    const flags = flagsOf(manifest, { inflight: size.inflight, mutating: size.mutatingInflight });
    const server = new ApiServer(capacityOf(this.node.spec.instanceType, flags), this.#deps);
    this.#server = server;
    this.#manifest = manifest;
    this.#startedAt = this.#probedAt = this.#deps.now();
    this.#failures = 0;
    this.#begun = false;
    this.#probing = false;
    server.listen().catch(() => this.#die());
  }

  /** Out of memory, or killed by its liveness probe. */
  #die(): void {
    this.#deaths++;
    const now = this.#deps.now();
    this.#startAt = now + this.#backoff.after(now - this.#startedAt);
    this.#end();
  }

  #end(): void {
    this.#past = this.answers();
    this.#server?.stop();
    this.#server = undefined;
    this.#ready = false;
  }

  /** Waits for the processor like any other health check; a late answer counts as a failure. */
  #probe(server: ApiServer): void {
    if (this.#probing) {
      if (this.#deps.now() - this.#probedAt < CLOCKS.healthTimeout) return;
      this.#probed(server, false);
    }
    this.#probing = true;
    this.#probedAt = this.#deps.now();
    const asked = this.#probedAt;
    server
      .turn('exempt', COST.health)
      .then((turn) => {
        if (this.#server === server && this.#probedAt === asked && this.#probing)
          this.#probed(server, turn === 'done');
      })
      .catch(() => undefined);
  }

  #probed(server: ApiServer, answered: boolean): void {
    this.#probing = false;
    this.#failures = answered ? 0 : this.#failures + 1;
    this.#begun ||= answered;
    this.#ready = answered && server.model.warm() && this.#deps.etcd.quorumHeld();
    const most = this.#begun ? CLOCKS.serverProbeFailures : CLOCKS.serverStartFailures;
    if (this.#failures >= most) this.#die();
  }
}
