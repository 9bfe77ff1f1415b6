/** Schemes of the person's own: those that are kept, and the one that is being made. */
import type { DraftScheme } from '../bindings/DraftScheme';
import type { OwnSchemeView } from '../bindings/OwnSchemeView';
import type { RemedyApplied } from '../bindings/RemedyApplied';
import type { RequestRow } from '../bindings/RequestRow';
import { visibleText } from '../lib/escape';
import { SchemeBuilder, type Beginning } from './builder.svelte';
import type { Workbench } from './workbench.svelte';

export class Schemes {
  list = $state.raw<readonly OwnSchemeView[]>([]);
  /** The one that is being made; it takes the place of the panes. */
  builder = $state.raw<SchemeBuilder | null>(null);
  readonly #bench: Workbench;

  constructor(bench: Workbench) {
    this.#bench = bench;
  }

  async load(): Promise<void> {
    this.list = await this.#bench.host.call('own_schemes', {});
  }

  /** Reads them again; providers are read too where one of them is another one. */
  async refresh(): Promise<void> {
    const before = this.list;
    await this.load();
    const same = (scheme: OwnSchemeView, at: number): boolean => scheme.toml === before[at]?.toml;
    if (this.list.length !== before.length || !this.list.every(same))
      await this.#bench.around.loadProviders();
  }

  /** A scheme of which nothing is known. */
  async make(): Promise<void> {
    await this.#draft({ from: 'nothing' }, {});
  }

  /** A copy of a provider, or of an own scheme. */
  async copy(id: string): Promise<void> {
    await this.#draft({ from: 'provider', id }, { fresh: true });
  }

  /** A scheme for the sender of a request, as that request looks. */
  async describe(request: RequestRow, secret = ''): Promise<void> {
    await this.#draft({ from: 'request', id: request.id }, { request, secret, fresh: true });
  }

  async edit(scheme: OwnSchemeView): Promise<void> {
    await this.#open('The scheme could not be opened', async () => {
      const reading = await this.#bench.host.call('read_scheme', { toml: scheme.toml, form: null });
      return { reading, replaces: scheme, fresh: false };
    });
  }

  /** A file that was found for the sender of a request, to be looked at before it is kept. */
  async take(toml: string, request: RequestRow, secret: string): Promise<void> {
    await this.#open('The scheme could not be opened', async () => {
      const reading = await this.#bench.host.call('read_scheme', { toml, form: null });
      return { reading, request, secret, fresh: true };
    });
  }

  async #draft(from: DraftScheme, more: Partial<Beginning>): Promise<void> {
    await this.#open('The scheme could not be begun', async () => {
      const reading = await this.#bench.host.call('draft_scheme', from);
      return { reading, fresh: false, ...more };
    });
  }

  async #open(what: string, begin: () => Promise<Beginning>): Promise<void> {
    try {
      const { host, around, view } = this.#bench;
      const { dialog } = view;
      const hasSecret = (row: RequestRow): boolean =>
        (around.endpointAt(row.endpoint)?.secrets.length ?? 0) > 0;
      const builder = new SchemeBuilder(host, { hasSecret, ...(await begin()) });
      view.close(dialog);
      view.drawer = false;
      this.builder?.leave();
      this.builder = builder;
      await builder.begin();
    } catch (thrown) {
      this.#bench.notes.failed(what, thrown);
    }
  }

  /** Leaves the scheme; what was typed can be had back for a moment. */
  leave(): void {
    const { builder } = this;
    if (builder === null) return;
    this.#close(builder);
    if (!builder.changed) return;
    const run = (): void => {
      if (this.builder === builder) return;
      // What was typed into another one since can be had back too.
      this.leave();
      this.builder = builder;
      void builder.resume();
    };
    this.#bench.notes.offered('The scheme was not kept', { title: 'Open it again', run });
  }

  /** Keeps the scheme that is being made; throws what is wrong with it. */
  async keep(): Promise<void> {
    const { builder } = this;
    if (builder === null || !builder.right) return;
    const { host, notes } = this.#bench;
    const { toml, row } = builder;
    const replaces = builder.replaces?.id ?? null;
    try {
      if (builder.adopts && row !== undefined) {
        const typed = builder.secretFrom === 'typed' && builder.typed !== '' ? builder.typed : null;
        const done = await host.call('adopt_scheme', { id: row.id, toml, replaces, secret: typed });
        this.#undoable(done);
      } else {
        const kept = await host.call('save_own_scheme', { toml, replaces });
        notes.done(`The scheme ${visibleText(kept.name)} is kept`);
      }
      this.#close(builder);
      await this.#changed();
    } catch (thrown) {
      notes.failed('The scheme was not kept', thrown);
    }
  }

  /** What was there before has the keyboard again. */
  #close(builder: SchemeBuilder): void {
    const { view } = this.#bench;
    builder.leave();
    this.builder = null;
    if (view.settings === null) view.rowWanted += 1;
  }

  async remove(scheme: OwnSchemeView): Promise<void> {
    try {
      this.#undoable(await this.#bench.host.call('remove_own_scheme', { id: scheme.id }));
      await this.#changed();
    } catch (thrown) {
      this.#bench.notes.failed('The scheme was not removed', thrown);
    }
  }

  /** Keeps a file that was brought along; throws what is wrong with it. */
  async bring(toml: string, replaces: string | null): Promise<OwnSchemeView> {
    const kept = await this.#bench.host.call('save_own_scheme', { toml, replaces });
    await this.#changed();
    return kept;
  }

  #undoable({ done, undo }: RemedyApplied): void {
    const { host, notes } = this.#bench;
    const run = async (): Promise<void> => {
      try {
        await host.call('undo_remedy', { undo });
        await this.#changed();
        notes.done('It is as before');
      } catch (thrown) {
        notes.failed('It was not undone', thrown);
      }
    };
    const said = done.replaceAll('`', '');
    notes.offered(visibleText(said.charAt(0).toUpperCase() + said.slice(1)), {
      title: 'Undo',
      run: () => void run(),
    });
  }

  /** What is recognised and how it is checked may be another thing now. */
  async #changed(): Promise<void> {
    const { around, opened } = this.#bench;
    await Promise.all([
      this.load(),
      around.loadProviders(),
      around.loadEndpoints(),
      opened?.loadDetail() ?? Promise.resolve(),
    ]);
  }
}
