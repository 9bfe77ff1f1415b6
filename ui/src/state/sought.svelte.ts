/** What the filter of the list looks for in text, so that it can be marked wherever text is shown. */
import type { SoughtView } from '../bindings/SoughtView';
import type { Host } from '../host';
import { expressionOf } from '../lib/marks';

const NOTHING: SoughtView = { anywhere: [], body: [], pointers: [] };

export class Sought {
  #view = $state.raw<SoughtView>(NOTHING);
  readonly #host: Host;
  #question = 0;

  /** What may be found in method, target and headers. */
  readonly anywhere = $derived(expressionOf(this.#view.anywhere));
  /** What may be found in the body. */
  readonly body = $derived(expressionOf([...this.#view.anywhere, ...this.#view.body]));
  /** JSON pointers whose values were looked at. */
  readonly pointers: readonly string[] = $derived(this.#view.pointers);

  constructor(host: Host) {
    this.#host = host;
  }

  async follow(filter: string): Promise<void> {
    const question = ++this.#question;
    let view = NOTHING;
    try {
      if (filter !== '') view = await this.#host.call('sought', { filter });
    } catch {
      // Nothing is marked; the list says itself what is wrong with a filter.
    }
    if (question === this.#question) this.#view = view;
  }
}
