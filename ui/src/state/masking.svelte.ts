/** What is masked: the values of bodies that were chosen by JSON pointers, and everything secret while one presents. */
import type { ApiError } from '../bindings/ApiError';
import type { MaskView } from '../bindings/MaskView';
import { asApiError } from '../host';
import type { Workbench } from './workbench.svelte';

/** Milliseconds until what could not be read anew is tried again. */
const AGAIN = 1000;

export class Masking {
  /** The pointers to the values that are masked, each at an endpoint or everywhere. */
  paths = $state.raw<readonly MaskView[]>([]);
  /** The pointer of the value of the payload that one stands on; a star stands for each place in a list. */
  pointer = $state<string | null>(null);
  /** Nothing is shown while what is masked changes. */
  veiled = $state(false);
  /** Why it could not be read anew yet; it is tried until it can. */
  problem = $state.raw<ApiError | null>(null);
  /** Rises when everything is drawn anew. */
  round = $state(0);
  /** Whether what is on the screen was read while presenting; `null` before that is known. */
  #shown = $state<boolean | null>(null);
  readonly #bench: Workbench;

  constructor(bench: Workbench) {
    this.#bench = bench;
  }

  /** Whether what is secret is masked on the screen. */
  get presenting(): boolean {
    return this.#bench.around.status?.presenting === true;
  }

  /** The path of the endpoint that the open request came to, where that is still there: a value is masked there first. */
  get endpoint(): string | null {
    const { around, opened } = this.#bench;
    return around.endpointAt(opened?.row?.endpoint ?? null)?.path ?? null;
  }

  async load(): Promise<void> {
    this.paths = await this.#bench.host.call('mask_paths', {});
  }

  /** Begins to present; ending it shows secrets, and so asks. */
  toggle(): void {
    if (this.presenting) this.#bench.view.open({ kind: 'covered', what: null, then: null });
    else void this.present(true);
  }

  /** Masks what is shown, or shows it again. Nothing is on the screen until all of it was read anew. */
  async present(on: boolean): Promise<boolean> {
    const { host, notes } = this.#bench;
    this.veiled = true;
    try {
      await host.call('present', { on });
    } catch (thrown) {
      this.veiled = false;
      notes.failed(on ? 'Secrets could not be masked' : 'Secrets stay masked', thrown);
      return false;
    }
    await this.#renew();
    notes.speak(on ? 'Presenting: what is secret is masked' : 'What is secret is shown');
    return true;
  }

  /** Another window may have begun or ended it. */
  async follow(): Promise<void> {
    const now = this.#bench.around.status?.presenting;
    if (now === undefined || now === this.#shown || this.veiled) return;
    if (this.#shown === null) this.#shown = now;
    else await this.#renew();
  }

  /**
   * Reads everything anew behind a veil. What was read before may hold what must not be seen: where reading fails, or it
   * was begun or ended once more meanwhile, the veil stays and it is read again.
   */
  async #renew(): Promise<void> {
    const { around } = this.#bench;
    this.veiled = true;
    for (let done = false; !done;) {
      try {
        await around.loadStatus();
        const meant = this.presenting;
        await this.#bench.renew();
        this.#shown = meant;
        done = meant === this.presenting;
      } catch (thrown) {
        this.problem = asApiError(thrown);
        await new Promise((resolve) => setTimeout(resolve, AGAIN));
      }
    }
    this.problem = null;
    this.pointer = null;
    this.round += 1;
    this.veiled = false;
  }

  /** Masks the values at a pointer from now on, in the requests of one endpoint or in all. */
  async add(pointer: string, endpoint: string | null): Promise<void> {
    const { host, notes } = this.#bench;
    this.paths = await host.call('add_mask_path', { pointer, endpoint });
    if (this.presenting) await this.present(true);
    const where = endpoint === null ? '' : ` at ${endpoint}`;
    notes.offered(`Masked${where} in copies and while presenting: ${pointer}`, {
      title: 'Undo',
      run: () => void this.remove(pointer, endpoint),
    });
  }

  /** The same for the value that one stands on. */
  async addChosen(endpoint: string | null): Promise<void> {
    const { pointer } = this;
    if (pointer === null) return;
    try {
      await this.add(pointer, endpoint);
    } catch (thrown) {
      this.#bench.notes.failed('It is not masked', thrown);
    }
  }

  async remove(pointer: string, endpoint: string | null): Promise<void> {
    const { host, notes } = this.#bench;
    try {
      this.paths = await host.call('remove_mask_path', { pointer, endpoint });
      if (this.presenting) await this.present(true);
    } catch (thrown) {
      notes.failed('It stays masked', thrown);
    }
  }
}
