import { describe, expect, it } from 'vitest';
import { maskPointerOf, nodesAt } from './pointer';
import { scanJson } from './scan';

describe('the pointer by which a value is masked', () => {
  it('has a star for each place in a list, and writes keys so that none is taken for one', () => {
    const { index, fault } = scanJson(
      new TextEncoder().encode('{"a/b":[{"*":1,"~":2},{"*":3}],"plain":{"x":4}}'),
    );
    if (index === null) throw new Error(fault.message);
    const pointer = (at: string): string => maskPointerOf(index, nodesAt(index, at)[0] ?? -1);
    expect(pointer('/a~1b/1/*')).toBe('/a~1b/*/~2');
    expect(pointer('/a~1b/0/~0')).toBe('/a~1b/*/~0');
    expect(pointer('/plain/x')).toBe('/plain/x');
    expect(maskPointerOf(index, 0), 'the whole is no value that is masked').toBe('');
  });
});
