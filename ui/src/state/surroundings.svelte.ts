/** What stands around the requests: listener, store, settings, endpoints, providers and targets. */
import type { EndpointView } from '../bindings/EndpointView';
import type { QueueView } from '../bindings/QueueView';
import type { ProviderView } from '../bindings/ProviderView';
import type { ReachabilityView } from '../bindings/ReachabilityView';
import type { RecheckView } from '../bindings/RecheckView';
import type { Settings } from '../bindings/Settings';
import type { Status } from '../bindings/Status';
import type { TargetView } from '../bindings/TargetView';
import type { Host } from '../host';

export class Surroundings {
  status = $state.raw<Status | null>(null);
  /** How far checking signatures again is, while it is under way. */
  recheck = $state.raw<RecheckView | null>(null);
  settings = $state.raw<Settings | null>(null);
  endpoints = $state.raw<readonly EndpointView[]>([]);
  providers = $state.raw<readonly ProviderView[]>([]);
  targets = $state.raw<readonly TargetView[]>([]);
  /** What waits to be forwarded, by target. */
  queues = $state.raw<readonly QueueView[]>([]);
  /** Whether somebody is there, by the target's id; asked for while the targets are on the screen. */
  reachable = $state.raw<ReadonlyMap<string, ReachabilityView>>(new Map());
  readonly #host: Host;
  #statusWaits = false;
  /** How often settings were to be kept. */
  #saves = 0;
  /** How many of them are not kept yet. */
  #saving = 0;
  /** What is kept as far as it was told, and by which save. */
  #kept: { settings: Settings; save: number } | null = null;

  constructor(host: Host) {
    this.#host = host;
  }

  async loadAll(): Promise<void> {
    await Promise.all([this.loadStatus(), this.loadSettings(), this.loadEndpoints(), this.loadProviders()]);
  }

  async loadStatus(): Promise<void> {
    this.status = await this.#host.call('status', {});
    this.recheck = this.status.recheck;
  }

  /** Counts change with every request; they are asked for at most twice a second. */
  countsChanged(): void {
    if (this.#statusWaits) return;
    this.#statusWaits = true;
    setTimeout(() => {
      this.#statusWaits = false;
      Promise.all([this.loadStatus(), this.loadEndpoints()]).catch(() => undefined);
    }, 500);
  }

  async loadSettings(): Promise<void> {
    const [saves, saving] = [this.#saves, this.#saving];
    const told = await this.#host.call('settings', {});
    // What was chosen since it was asked, or was being kept then, may not be in it; the answer to that is on its way.
    if (saves !== this.#saves || saving > 0) return;
    this.settings = told;
    this.#kept = { settings: told, save: saves };
  }

  /** Shows a change at once, and takes it back where it cannot be kept. */
  async saveSettings(change: Partial<Settings>): Promise<void> {
    if (this.settings === null) return;
    const wanted = { ...this.settings, ...change };
    this.settings = wanted;
    this.#saves += 1;
    this.#saving += 1;
    const save = this.#saves;
    try {
      const settings = await this.#host.call('save_settings', wanted);
      if (save > (this.#kept?.save ?? 0)) this.#kept = { settings, save };
    } finally {
      this.#saving -= 1;
      // What is still on its way has the changes before it in it.
      if (this.#saving === 0) this.settings = this.#kept?.settings ?? null;
    }
  }

  /** Endpoints and targets change together in the feed. */
  async loadEndpoints(): Promise<void> {
    const [endpoints, targets, queues] = await Promise.all([
      this.#host.call('endpoints', {}),
      this.#host.call('targets', {}),
      this.#host.call('queues', {}),
    ]);
    this.endpoints = kept(this.endpoints, endpoints);
    this.targets = kept(this.targets, targets);
    this.queues = kept(this.queues, queues);
  }

  async loadQueues(): Promise<void> {
    this.queues = kept(this.queues, await this.#host.call('queues', {}));
  }

  /** How many requests wait for a target. */
  heldFor(target: string): number {
    return this.queues.find((queue) => queue.target === target)?.count ?? 0;
  }

  /** Knocks at each target; nothing is sent. */
  async checkTargets(): Promise<void> {
    const told = await this.#host.call('check_targets', {});
    this.reachable = new Map(told.map((one) => [one.target, one]));
  }

  /** The target whose base URL this is. */
  targetAt(url: string): TargetView | undefined {
    return this.targets.find((target) => target.url === url.trim());
  }

  /** The target that is meant where its name or its base URL is written. */
  targetMeant(text: string): TargetView | undefined {
    return this.targets.find(({ name, url }) => name === text.trim() || url === text.trim());
  }

  /** The target by which something goes to a whole URL: of those at its host the one that says most of its path. */
  targetFor(url: string): TargetView | undefined {
    let best: TargetView | undefined;
    let length = -1;
    for (const target of this.targets) {
      const base = pathBelow(target.url, url);
      if (base > length) [best, length] = [target, base];
    }
    return best;
  }

  async loadProviders(): Promise<void> {
    this.providers = await this.#host.call('providers', {});
  }

  /** Listens on another port, and at another address where one is given. */
  async setPort(port: number, address: string | null = null): Promise<void> {
    const listener = await this.#host.call('set_port', { port, address });
    if (this.status !== null) this.status = { ...this.status, listener };
    await this.loadStatus();
  }

  /** Whether capturing can be paused or, being paused, go on. */
  get canPause(): boolean {
    const listener = this.status?.listener;
    return listener !== undefined && (listener.listening || listener.paused);
  }

  /** Stops listening until it is resumed, or listens again. */
  async pauseListening(paused: boolean): Promise<void> {
    const listener = await this.#host.call('pause_listening', { on: paused });
    if (this.status !== null) this.status = { ...this.status, listener };
  }

  provider(id: string | null): ProviderView | undefined {
    return this.providers.find((provider) => provider.id === id);
  }

  endpointAt(path: string | null): EndpointView | undefined {
    return this.endpoints.find((endpoint) => endpoint.path === path);
  }

  /** Where a resend goes if nothing else is said. */
  get chosenTarget(): string | null {
    return this.settings?.lastTarget ?? this.targets[0]?.url ?? null;
  }

  /** What stands in the field for a target at first. */
  get firstTarget(): string {
    return this.chosenTarget ?? USUAL_TARGET;
  }
}

/** Where a server under development usually is: what stands in a field as long as none was named. */
const USUAL_TARGET = 'http://localhost:3000';

/**
 * What is held, where it was told again and is the same: with each request that comes all of this is read anew, and
 * whoever asks something because of a target would ask again each time.
 */
function kept<T>(held: readonly T[], told: readonly T[]): readonly T[] {
  return JSON.stringify(held) === JSON.stringify(told) ? held : told;
}

/** How long the path of `base` is, where `url` is at it or below; -1 where it is not. */
function pathBelow(base: string, url: string): number {
  if (!URL.canParse(base) || !URL.canParse(url)) return -1;
  const [above, whole] = [new URL(base), new URL(url)];
  const path = above.pathname.replace(/\/+$/, '');
  const below = whole.pathname === path || whole.pathname.startsWith(`${path}/`);
  return above.origin === whole.origin && below ? path.length : -1;
}
