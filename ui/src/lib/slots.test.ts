import { describe, expect, it } from 'vitest';
import { Slots } from './slots';

interface Line {
  id: string;
  kind: string;
}

const lines = (ids: string, kind = 'row'): Line[] => [...ids].map((id) => ({ id, kind }));
const slots = (): Slots<Line> =>
  new Slots(
    (line) => line.id,
    (line) => line.kind,
  );
const names = (filled: readonly { slot: string }[]): string[] => filled.map(({ slot }) => slot);

describe('elements of a long list', () => {
  it('are taken over by the lines that come into sight', () => {
    const all = lines('abcdefg');
    const list = slots();
    const before = names(list.fill(0, all.slice(0, 4), null));
    const down = names(list.fill(2, all.slice(2, 6), null));
    expect(down.slice(0, 2), 'who stays keeps its own').toEqual(before.slice(2));
    expect(down.slice(2), 'who comes takes what was left, in order').toEqual(before.slice(0, 2));
    const up = names(list.fill(1, all.slice(1, 5), null));
    expect(up.slice(1), 'and so it is the other way').toEqual(down.slice(0, 3));
    expect(up[0]).toBe(down[3]);
  });

  it('draw nothing again for a line that is what and where it was', () => {
    const all = lines('abcd');
    const list = slots();
    const before = list.fill(0, all, null);
    const after = list.fill(1, all.slice(1), null);
    expect(after[0], 'the same object').toBe(before[1]);
    const moved = list.fill(5, all.slice(1), null);
    expect(moved[0], 'at another place it is told anew').not.toBe(after[0]);
    expect(moved[0]).toMatchObject({ slot: after[0]?.slot, place: 5 });
    const renewed = list.fill(5, lines('bcd'), null);
    expect(renewed[0]?.line, 'and so is another form of it').not.toBe(moved[0]?.line);
    expect(names(renewed)).toEqual(names(moved));
  });

  it('that have the keyboard become no other line', () => {
    const list = slots();
    const [focused = ''] = names(list.fill(0, lines('ab'), 'a'));
    const after = names(list.fill(2, lines('cd'), 'a'));
    expect(after, 'the keyboard would stand on another line unnoticed').not.toContain(focused);
  });

  it('become no line of another kind', () => {
    const list = slots();
    const rows = names(list.fill(0, lines('ab'), null));
    const groups = names(list.fill(0, lines('xy', 'group'), null));
    expect(groups.some((name) => rows.includes(name))).toBe(false);
    expect(names(list.fill(0, lines('a', 'group'), null)), 'even under the same key').toEqual([groups[0]]);
  });
});
