/** Edit and replay: the draft that is open, those that are kept, and the template that is made of it. */
import type { DraftView } from '../bindings/DraftView';
import type { EditedBody } from '../bindings/EditedBody';
import type { RequestDetail } from '../bindings/RequestDetail';
import type { Replay } from '../bindings/Replay';
import type { WrittenView } from '../bindings/WrittenView';
import { readAll } from '../lib/bytes';
import { looksBinary } from '../lib/sniff';
import { isUtf8, utf8Text } from '../lib/utf8';
import { Draft } from './draft.svelte';
import type { OpenRequest } from './opened.svelte';
import { Templates } from './templates.svelte';
import type { Workbench } from './workbench.svelte';

/** An edited body beyond this is not put into the editor; the captured bytes can still be sent. */
export const LARGEST_EDITED = 4 * 1024 * 1024;

export class Editing {
  draft = $state.raw<Draft | null>(null);
  drafts = $state.raw<readonly DraftView[]>([]);
  readonly templates: Templates;
  readonly #bench: Workbench;
  /** What is kept of the open draft or about to be, so that nothing is written that is there already. */
  #kept = '';
  /** The end of the writes that were asked for: they go one after the other, lest an older one be the last. */
  #writes: Promise<unknown> = Promise.resolve();
  /** What could not be written last, so that leaving the editor does not lose it. */
  #unwritten: { request: string; written: WrittenView } | null = null;

  constructor(bench: Workbench) {
    this.#bench = bench;
    this.templates = new Templates(bench);
  }

  /** Reads which drafts and templates are kept. */
  async load(): Promise<void> {
    [this.drafts] = await Promise.all([this.#bench.host.call('drafts', {}), this.templates.load()]);
  }

  /** Opens an edited copy of a request: what was kept of it, `written`, or the request as it came. */
  async open(opened: OpenRequest, written: WrittenView | null = null): Promise<void> {
    const bench = this.#bench;
    if (opened.detail === null) await opened.loadDetail();
    const detail = opened.detail;
    if (detail === null || bench.opened !== opened) return;
    const body = detail.row.bodyLength > LARGEST_EDITED ? null : await readAll(opened.body());
    const text = body === null || !isUtf8(body) || looksBinary(body, true) ? null : utf8Text(body);
    await this.#writes;
    const unwritten = this.#unwritten?.request === opened.id ? this.#unwritten.written : null;
    const kept = written ?? unwritten ?? (await bench.host.call('draft', { id: opened.id })).written;
    if (bench.opened !== opened) return;
    const draft = new Draft(detail, body, text, bench.around.firstTarget, this.#usualSignature(detail));
    if (kept !== null) draft.take(kept);
    this.#kept = JSON.stringify(draft.written());
    if (written !== null || unwritten !== null) this.#kept = '';
    this.draft = draft;
  }

  /** Keeps the open draft, where it is another than what is kept and all of it can be read. */
  keep(): void {
    const { draft } = this;
    if (draft === null || draft.unreadable !== null) return;
    const written = draft.written();
    const text = JSON.stringify(written);
    if (text === this.#kept) return;
    this.#kept = text;
    const { request, changed } = draft;
    const { host, notes } = this.#bench;
    this.#inTurn(async () => {
      try {
        if (changed) await host.call('save_draft', { request, written });
        else await host.call('discard_draft', { id: request });
        if (this.#unwritten?.request === request) this.#unwritten = null;
      } catch (thrown) {
        this.#unwritten = { request, written };
        if (this.draft === draft && this.#kept === text) this.#kept = '';
        throw thrown;
      }
    }).then(
      () => {
        this.load().catch(() => undefined);
      },
      (thrown: unknown) => {
        notes.failed('The draft could not be kept', thrown);
      },
    );
  }

  /** Leaves the editor; what cannot be read and so is not kept can be had back for a moment. */
  leave(): void {
    const { draft } = this;
    if (draft === null) return;
    this.keep();
    this.draft = null;
    const { unreadable } = draft;
    if (unreadable === null) return;
    const { masking, notes } = this.#bench;
    // The reason quotes what was typed, and the note outlasts the veil.
    const why = masking.veiled ? '' : `: ${unreadable}`;
    notes.offered(`What was typed is not kept${why}`, {
      title: 'Open it again',
      run: () => this.#resume(draft),
    });
  }

  /** Opens a draft that was left, as it was left. */
  #resume(draft: Draft): void {
    const bench = this.#bench;
    if (bench.masking.presenting) {
      bench.view.open({ kind: 'covered', what: 'Edit and replay', then: () => this.#resume(draft) });
      return;
    }
    bench.view.close();
    bench.view.closeSettings();
    bench.schemes.leave();
    bench.comparing = null;
    this.leave();
    if (bench.opened?.id !== draft.request) bench.select(draft.request);
    this.#kept = '';
    this.draft = draft;
  }

  /** Puts the request as it came into the editor; what was there can be had back. */
  startOver(): void {
    const { draft } = this;
    if (draft === null) return;
    // What cannot be read was not kept: then it is what was kept last that can be had back.
    const before =
      draft.unreadable === null || this.#kept === ''
        ? draft.written()
        : (JSON.parse(this.#kept) as WrittenView);
    draft.reset();
    this.keep();
    this.#bench.notes.offered('The draft is as the request came', {
      title: 'Undo',
      run: () => {
        if (this.draft === draft) {
          draft.take(before);
          this.keep();
        } else void this.#save(draft.request, before);
      },
    });
  }

  /** Forgets a kept draft; it can be had back. */
  async discard(request: string): Promise<void> {
    const { host, notes } = this.#bench;
    try {
      const written = await this.#inTurn(async () => {
        const kept = await host.call('draft', { id: request });
        await host.call('discard_draft', { id: request });
        if (this.#unwritten?.request === request) this.#unwritten = null;
        return kept.written;
      });
      await this.load();
      if (written === null) return;
      notes.offered('Draft discarded', { title: 'Undo', run: () => void this.#save(request, written) });
    } catch (thrown) {
      notes.failed('The draft could not be discarded', thrown);
    }
  }

  async #save(request: string, written: WrittenView): Promise<void> {
    try {
      await this.#inTurn(async () => {
        await this.#bench.host.call('save_draft', { request, written });
        if (this.#unwritten?.request === request) this.#unwritten = null;
      });
      await this.load();
    } catch (thrown) {
      this.#bench.notes.failed('The draft could not be kept', thrown);
    }
  }

  /** Writes once every write that was asked for before is through, whether it failed or not. */
  #inTurn<T>(write: () => Promise<T>): Promise<T> {
    const done = this.#writes.then(write);
    this.#writes = done.catch(() => undefined);
    return done;
  }

  /** The arguments that send the open draft, or show what would go. */
  replay(draft: Draft, ticket: string | null): Replay {
    const { method, url, headers, body } = draft.written();
    return {
      request: draft.request,
      method,
      url,
      headers,
      body: body satisfies EditedBody,
      target: this.#bench.around.targetFor(url)?.id ?? null,
      ticket,
      waits: [],
      signature: draft.signature,
      secret: draft.signature === 'given' ? draft.secret : null,
      newId: draft.newId,
    };
  }

  /** Keeps the open draft as a template. */
  async saveTemplate(name: string): Promise<void> {
    const { draft } = this;
    if (draft === null) return;
    if (draft.unreadable !== null) throw new Error(draft.unreadable);
    await this.templates.save(name, draft.request, draft.written());
  }

  /** Where a provider is known and its secret is there, a copy is signed anew: a receiver refuses an old signature. */
  #usualSignature({ row }: RequestDetail): string {
    if (row.verdict === 'unknown' || row.verdict === 'unsigned') return 'kept';
    const endpoint = this.#bench.around.endpoints.find(({ path }) => path === row.endpoint);
    return endpoint !== undefined && endpoint.secrets.length > 0 ? 'endpoint' : 'kept';
  }
}
