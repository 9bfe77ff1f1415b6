/**
 * What the person has to agree to before anything goes to a URL. A question is about the URL it was asked for and no
 * other: where another one is typed meanwhile, nothing was asked about that one yet.
 */
import type { ApiError } from '../../bindings/ApiError';
import { asApiError } from '../../state/errors';
import { consentFor } from '../../state/delivering.svelte';
import type { Workbench } from '../../state/workbench.svelte';

export class Question {
  #asked = $state.raw<{ url: string; error: ApiError } | null>(null);
  readonly #bench: Workbench;
  readonly #url: () => string;

  /** `url`: what is typed now. */
  constructor(bench: Workbench, url: () => string) {
    this.#bench = bench;
    this.#url = url;
  }

  /** What is asked about the URL of now. */
  get now(): ApiError | null {
    return this.#asked !== null && this.#asked.url === this.#url().trim() ? this.#asked.error : null;
  }

  /** Takes what was thrown for a URL where it is a question; says whether it is one. */
  takes(thrown: unknown, url: string): boolean {
    const error = asApiError(thrown);
    const asks = consentFor(error) !== null;
    this.#asked = asks ? { url: url.trim(), error } : null;
    return asks;
  }

  forget(): void {
    this.#asked = null;
  }

  /** The person agrees to what is asked. */
  async agree(): Promise<void> {
    const consent = this.now === null ? null : consentFor(this.now);
    if (consent === null) return;
    const url = this.#url().trim();
    await this.#bench.host.call(consent, { url });
    this.forget();
  }
}
