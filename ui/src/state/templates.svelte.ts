/**
 * Templates for edited copies. One that is removed is out of sight at once, but there until its note is gone: that note
 * can bring it back, with its uses and the values of the last time, which nothing could make again.
 */
import type { TemplateView } from '../bindings/TemplateView';
import type { WrittenView } from '../bindings/WrittenView';
import { shorten, visibleText } from '../lib/escape';
import type { Workbench } from './workbench.svelte';

export class Templates {
  #kept = $state.raw<readonly TemplateView[]>([]);
  /** Those that are removed as soon as their note is gone, by name: the key of the note. */
  #going = $state.raw<ReadonlyMap<string, number>>(new Map());
  readonly list = $derived(this.#kept.filter((template) => !this.#going.has(template.name)));
  readonly #bench: Workbench;

  constructor(bench: Workbench) {
    this.#bench = bench;
  }

  async load(): Promise<void> {
    this.#kept = await this.#bench.host.call('templates', {});
  }

  async save(name: string, request: string, written: WrittenView): Promise<void> {
    // A name that is given anew is that of another template.
    const going = this.#going.get(name.trim());
    if (going !== undefined) this.#stay(name.trim(), going);
    this.#kept = await this.#bench.host.call('save_template', { name, request, written });
  }

  /** Takes a template away; its note brings it back. */
  remove({ name }: TemplateView): void {
    if (this.#going.has(name)) return;
    const key = this.#bench.notes.offered(
      `The template ${visibleText(shorten(name, 60))} is removed`,
      {
        title: 'Undo',
        run: () => {
          this.#stay(name, key);
        },
      },
      () => void this.#removeNow(name),
    );
    this.#going = new Map([...this.#going, [name, key]]);
  }

  /** Removes at once all that are to go: the window is being left. */
  leave(): void {
    for (const name of this.#going.keys()) void this.#removeNow(name);
  }

  #stay(name: string, key: number): void {
    this.#forget(name);
    this.#bench.notes.dismiss(key);
  }

  async #removeNow(name: string): Promise<void> {
    if (!this.#going.has(name)) return;
    this.#forget(name);
    this.#kept = this.#kept.filter((template) => template.name !== name);
    try {
      this.#kept = await this.#bench.host.call('remove_template', { name });
    } catch (thrown) {
      this.#bench.notes.failed(`The template ${visibleText(shorten(name, 60))} was not removed`, thrown);
      await this.load().catch(() => undefined);
    }
  }

  #forget(name: string): void {
    this.#going = new Map([...this.#going].filter(([going]) => going !== name));
  }
}
