/** Which columns the list shows and how wide they are; remembered. */
import { type Column, type ColumnId, COLUMNS, layoutOf, NARROWEST, WIDEST } from '../lib/columns';
import { isNumber, recall, remember } from '../lib/remember';

type Widths = Partial<Record<ColumnId, number>>;

const isShown = (value: unknown): value is ColumnId[] =>
  Array.isArray(value) && value.some((id) => COLUMNS.some((column) => column.id === id));
const isWidths = (value: unknown): value is Widths =>
  typeof value === 'object' && value !== null && Object.values(value).every(isNumber);

export class Columns {
  #shown = $state.raw<readonly ColumnId[]>(
    recall(
      'list.columns',
      COLUMNS.filter((column) => column.shown).map((column) => column.id),
      isShown,
    ),
  );
  #widths = $state.raw<Widths>(recall('list.columns.widths', {}, isWidths));

  /** Those that are shown, with their widths. */
  readonly shown: readonly Column[] = $derived(
    COLUMNS.filter(({ id }) => this.#shown.includes(id)).map((column) => ({
      ...column,
      width: this.#widths[column.id] ?? column.width,
    })),
  );
  readonly ids: ReadonlySet<ColumnId> = $derived(new Set(this.shown.map((column) => column.id)));
  readonly layout = $derived(layoutOf(this.shown));

  /** Shows a column or hides it; the last one stays. */
  show(id: ColumnId, shown: boolean): void {
    const next = COLUMNS.map((column) => column.id).filter((one) =>
      one === id ? shown : this.#shown.includes(one),
    );
    if (!next.some((one) => one !== 'marks')) return;
    this.#shown = next;
    remember('list.columns', next);
  }

  widthOf(id: ColumnId): number {
    return this.#widths[id] ?? COLUMNS.find((column) => column.id === id)?.width ?? 0;
  }

  resize(id: ColumnId, width: number): void {
    const within = Math.round(Math.min(WIDEST, Math.max(NARROWEST, width)));
    this.#widths = { ...this.#widths, [id]: within };
    remember('list.columns.widths', this.#widths);
  }

  reset(): void {
    this.#shown = COLUMNS.filter((column) => column.shown).map((column) => column.id);
    this.#widths = {};
    remember('list.columns', this.#shown);
    remember('list.columns.widths', {});
  }
}
