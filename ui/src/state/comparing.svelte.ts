/** Two things held against each other: what differs, and how it is looked at. */
import type { ApiError } from '../bindings/ApiError';
import type { BodyComparisonView } from '../bindings/BodyComparisonView';
import type { ComparedView } from '../bindings/ComparedView';
import type { ComparisonView } from '../bindings/ComparisonView';
import type { IgnoringView } from '../bindings/IgnoringView';
import type { SubjectRef } from '../bindings/SubjectRef';
import { asApiError, type Host } from '../host';
import { ChunkedReader, readAll } from '../lib/bytes';
import { arrange, type Arranged, type Layout } from '../lib/compare';
import { isBoolean, recall, remember } from '../lib/remember';

/** The parts of the page: the structure of JSON, its lines, the text as it was sent, bytes, what stands around. */
export type Part = 'structure' | 'lines' | 'text' | 'bytes' | 'head';
type Form = 'best' | 'text' | 'bytes';

/** As much of a body as the boundary compares and gives at once. */
const LONGEST = 16 * 1024 * 1024;
const NOTHING: IgnoringView = { times: false, ids: false, signatures: false, names: [], pointers: [] };

export class Comparing {
  readonly before: SubjectRef;
  readonly after: SubjectRef;
  view = $state.raw<ComparisonView | null>(null);
  error = $state.raw<ApiError | null>(null);
  /** The bodies, as far as lines of them are shown. */
  bytes = $state.raw<{ before: Uint8Array; after: Uint8Array } | null>(null);
  part = $state<Part>('head');
  layout = $state<Layout>(recall<Layout>('compare.layout', 'split', isLayout));
  onlyChanges = $state(recall('compare.only', true, isBoolean));
  ignoring = $state.raw<IgnoringView>(recall('compare.ignoring', NOTHING, isIgnoring));
  /** Folds that were opened. */
  opened = $state.raw<ReadonlySet<number>>(new Set());
  /** How many characters a row of a body has room for. */
  columns = $state(80);
  /** There is no room for both sides beside each other. */
  narrow = $state(false);
  /** The difference one stands on, from 0; -1 before the first. */
  at = $state(-1);
  /** Rises when that one is to be brought into sight. */
  round = $state(0);
  readonly #host: Host;
  /** The other forms of the bodies, once they were asked for. */
  #bodies = $state.raw<Partial<Record<Form, BodyComparisonView>>>({});
  #asked = 0;

  constructor(host: Host, before: SubjectRef, after: SubjectRef) {
    this.#host = host;
    this.before = before;
    this.after = after;
  }

  get shownLayout(): Layout {
    return this.narrow ? 'unified' : this.layout;
  }

  /** Which parts there are for these bodies. */
  get parts(): Part[] {
    const shape = this.view?.body.shape;
    if (shape === 'json') return ['structure', 'lines', 'text', 'bytes', 'head'];
    if (shape === 'text') return ['lines', 'bytes', 'head'];
    return shape === 'bytes' ? ['lines', 'head'] : ['head'];
  }

  /** The comparison whose lines the part shows. */
  get body(): BodyComparisonView | null {
    if (this.part === 'text' || this.part === 'bytes') return this.#bodies[this.part] ?? null;
    return this.view?.body ?? null;
  }

  arranged: Arranged = $derived.by(() => {
    const { body, shownLayout: layout, onlyChanges, opened, columns } = this;
    return body === null ? { rows: [], stops: [] } : arrange(body, { layout, onlyChanges, opened, columns });
  });

  /** How many differences the part shows. */
  get differences(): number {
    if (this.part === 'structure') return this.view?.body.changes.length ?? 0;
    return this.part === 'head' ? this.headDifferences : this.arranged.stops.length;
  }

  /** How much of what stands around the bodies differs. */
  get headDifferences(): number {
    const { view } = this;
    if (view === null) return 0;
    const pairs = [...view.query, ...view.headers].filter(({ kind }) => kind !== 'same');
    return view.facts.filter((fact) => fact.before !== fact.after).length + pairs.length;
  }

  async load(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    try {
      const view = await this.#ask('best');
      const bytes = {
        before: await this.#read(view.before),
        after: await this.#read(view.after),
      };
      if (asked !== this.#asked) return;
      const first = this.view === null;
      this.#bodies = {};
      this.bytes = bytes;
      this.view = view;
      this.error = null;
      this.at = -1;
      if (first) this.part = this.#firstPart(view);
      else if (this.part === 'text' || this.part === 'bytes') await this.#loadForm(this.part);
    } catch (thrown) {
      if (asked === this.#asked) this.error = asApiError(thrown);
    }
  }

  async show(part: Part): Promise<void> {
    this.part = part;
    this.narrow = false;
    this.at = -1;
    this.opened = new Set();
    if (part === 'text' || part === 'bytes') await this.#loadForm(part);
  }

  setLayout(layout: Layout): void {
    this.layout = layout;
    remember('compare.layout', layout);
  }

  setOnlyChanges(only: boolean): void {
    this.onlyChanges = only;
    this.opened = new Set();
    remember('compare.only', only);
  }

  async ignore(change: Partial<IgnoringView>): Promise<void> {
    this.ignoring = { ...this.ignoring, ...change };
    remember('compare.ignoring', this.ignoring);
    await this.load();
  }

  unfold(block: number): void {
    this.opened = new Set([...this.opened, block]);
  }

  /** Goes to the next difference, or back; from the last to the first. */
  step(by: 1 | -1): void {
    const { differences } = this;
    if (differences === 0) return;
    this.at = this.at < 0 && by < 0 ? differences - 1 : (this.at + by + differences) % differences;
    this.round += 1;
  }

  /** Shows a place of the structure in the lines. */
  async showLine(start: number, side: 'before' | 'after'): Promise<void> {
    await this.show('lines');
    const { body } = this;
    if (body === null) return;
    const lines = side === 'before' ? body.linesBefore : body.linesAfter;
    const line = lineOf(lines, start);
    const found = body.blocks.findIndex(({ [side]: [from, to] }) => line >= from && line < to);
    const block = body.blocks[found];
    if (block === undefined) return;
    if (block.kind === 'same') this.unfold(found);
    const stop = this.arranged.stops.findIndex((row) => this.arranged.rows[row]?.block === found);
    if (stop >= 0) this.at = stop;
    this.round += 1;
  }

  async #loadForm(form: 'text' | 'bytes'): Promise<void> {
    if (this.#bodies[form] !== undefined) return;
    try {
      const { body } = await this.#ask(form);
      this.#bodies = { ...this.#bodies, [form]: body };
    } catch (thrown) {
      this.error = asApiError(thrown);
    }
  }

  #ask(form: Form): Promise<ComparisonView> {
    const { before, after, ignoring } = this;
    return this.#host.call('compare', { before, after, ignoring, form });
  }

  async #read({ source, id, length }: ComparedView): Promise<Uint8Array> {
    const reader = new ChunkedReader(Math.min(length, LONGEST), (offset, wanted) =>
      this.#host.readBytes({ source, id, offset, length: wanted }),
    );
    return readAll(reader);
  }

  /** The first part with something to see. */
  #firstPart({ body }: ComparisonView): Part {
    if (body.shape === 'empty') return 'head';
    if (body.same && this.headDifferences > 0) return 'head';
    return body.shape === 'json' && body.changes.length > 0 ? 'structure' : 'lines';
  }
}

/** The number of the line in which a byte lies. */
function lineOf(lines: readonly number[], start: number): number {
  let low = 0;
  let high = lines.length / 3 - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines[middle * 3] ?? 0) <= start) low = middle;
    else high = middle - 1;
  }
  return low;
}

function isLayout(value: unknown): value is Layout {
  return value === 'split' || value === 'unified';
}

function isIgnoring(value: unknown): value is IgnoringView {
  const { times, ids, signatures, names, pointers } = (value ?? {}) as Partial<
    Record<keyof IgnoringView, unknown>
  >;
  const texts = (list: unknown): boolean =>
    Array.isArray(list) && list.every((text) => typeof text === 'string');
  return (
    [times, ids, signatures].every((flag) => typeof flag === 'boolean') && texts(names) && texts(pointers)
  );
}
