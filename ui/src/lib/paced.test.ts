import { afterEach, describe, expect, it, vi } from 'vitest';
import { Paced } from './paced';

afterEach(() => {
  vi.useRealTimers();
});

describe('work that is wished for again and again', () => {
  it('is done at once, then once for all wishes that come while it goes on and in the pause after it', async () => {
    vi.useFakeTimers();
    let done = 0;
    let end: () => void = () => undefined;
    const paced = new Paced(100, () => {
      done += 1;
      return new Promise((resolve) => (end = resolve));
    });
    paced.wish();
    expect(done, 'the first waits for nothing').toBe(1);
    for (let times = 0; times < 50; times += 1) paced.wish();
    end();
    await vi.advanceTimersByTimeAsync(99);
    paced.wish();
    expect(done, 'the pause is kept').toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(done).toBe(2);
    end();
    await vi.advanceTimersByTimeAsync(1000);
    expect(done, 'nobody wishes for more').toBe(2);
    paced.wish();
    expect(done, 'nothing is under way').toBe(3);
  });
});
