/**
 * Which of the elements on the screen shows which line of a long list. A line that comes into sight takes the element of
 * one that has left: to fill a row anew costs a fraction of making one. A line that stays keeps its element and, where
 * nothing about it has changed, the very object that it is drawn from, so that nothing of it is drawn again.
 */
export interface Slot<Line> {
  /** Names the element. */
  readonly slot: string;
  /** Where the line stands in the list. */
  readonly place: number;
  readonly line: Line;
}

export class Slots<Line> {
  readonly #keyOf: (line: Line, place: number) => string;
  readonly #kindOf: (line: Line) => string;
  #held = new Map<string, Slot<Line>>();
  #made = 0;

  /** Elements of one kind are never taken for lines of another: too little of them is alike. */
  constructor(keyOf: (line: Line, place: number) => string, kindOf: (line: Line) => string) {
    this.#keyOf = keyOf;
    this.#kindOf = kindOf;
  }

  /** The lines from a place on. The element of the line with the keyboard (`kept`) is not taken for any other. */
  fill(first: number, lines: readonly Line[], kept: string | null): readonly Slot<Line>[] {
    const wanted = lines.map((line, at) => this.#keyOf(line, first + at));
    const staying = new Set(wanted);
    const free = new Map<string, string[]>();
    for (const [key, { slot, line }] of this.#held) {
      if (staying.has(key) || key === kept) continue;
      const kind = this.#kindOf(line);
      const others = free.get(kind);
      if (others === undefined) free.set(kind, [slot]);
      else others.push(slot);
    }
    const held = new Map<string, Slot<Line>>();
    for (const [at, line] of lines.entries()) {
      const [key, place] = [wanted[at] ?? '', first + at];
      const before = this.#held.get(key);
      if (before !== undefined && this.#kindOf(before.line) === this.#kindOf(line)) {
        const same = before.place === place && before.line === line;
        held.set(key, same ? before : { slot: before.slot, place, line });
      } else {
        const slot = free.get(this.#kindOf(line))?.shift() ?? String((this.#made += 1));
        held.set(key, { slot, place, line });
      }
    }
    this.#held = held;
    return [...held.values()];
  }
}
