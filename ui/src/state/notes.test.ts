import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Notes } from './notes.svelte';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('what a screen reader is told of arrivals', () => {
  it('is said at once, and then only the last within four seconds', () => {
    const notes = new Notes();
    notes.speak('1 new request');
    expect(notes.spoken).toBe('1 new request');
    vi.advanceTimersByTime(1000);
    notes.speak('2 new requests');
    notes.speak('3 new requests');
    expect(notes.spoken, 'nobody is talked over').toBe('1 new request');
    vi.advanceTimersByTime(2999);
    expect(notes.spoken).toBe('1 new request');
    vi.advanceTimersByTime(1);
    expect(notes.spoken, 'what was meanwhile is passed over').toBe('3 new requests');
  });
});
