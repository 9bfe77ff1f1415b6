import { afterEach, describe, expect, it, vi } from 'vitest';
import { drawn } from './drawn';

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('waiting for what is drawn', () => {
  it('ends after the next frame', async () => {
    // Time stands still: that it does not wait for ever is no end by a frame.
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const frames: FrameRequestCallback[] = [];
    vi.stubGlobal('requestAnimationFrame', (frame: FrameRequestCallback) => frames.push(frame));
    let is = false;
    const waiting = drawn().then(() => (is = true));
    await Promise.resolve();
    expect(is, 'no frame came').toBe(false);
    frames.forEach((frame) => {
      frame(0);
    });
    await waiting;
    expect(is).toBe(true);
  });

  it('ends soon where no frame comes, as in a window that is out of sight', async () => {
    vi.useFakeTimers();
    vi.stubGlobal('requestAnimationFrame', () => 0);
    const waiting = drawn();
    await vi.advanceTimersByTimeAsync(100);
    await expect(waiting).resolves.toBeUndefined();
  });
});
