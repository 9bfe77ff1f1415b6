/** What is measured inside the page: how long frames take, and how long an input waits for its answer. */
import type { Page } from 'playwright-core';

export interface Spread {
  median: number;
  p95: number;
  worst: number;
}

export function spread(times: readonly number[]): Spread {
  const sorted = [...times].sort((one, other) => one - other);
  const at = (part: number): number =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0) * 10) / 10;
  return { median: at(0.5), p95: at(0.95), worst: at(1) };
}

/**
 * Scrolls the list by so many pixels a frame and tells how long the window worked on each frame: script, style, layout
 * and paint, up to the moment in which it is free again.
 */
export function workOfFrames(page: Page, frames: number, pixels: number): Promise<number[]> {
  return page.evaluate(
    async ([frames, pixels]) => {
      const list = document.querySelector<HTMLElement>('[data-testid="request-list"]');
      if (list === null) return [];
      const times: number[] = [];
      for (let frame = 0; frame < frames; frame += 1) {
        await new Promise<void>((done) => {
          requestAnimationFrame(() => {
            const begun = performance.now();
            list.scrollTop += pixels;
            const channel = new MessageChannel();
            channel.port1.onmessage = () => {
              times.push(performance.now() - begun);
              done();
            };
            channel.port2.postMessage(null);
          });
        });
      }
      return times;
    },
    [frames, pixels] as const,
  );
}

/** Presses a key in the list again and again; from when it was due to when its answer was painted. */
export function answersToKeys(page: Page, seconds: number): Promise<number[]> {
  return page.evaluate(async (seconds) => {
    const times: number[] = [];
    const end = performance.now() + seconds * 1000;
    let key = 'ArrowDown';
    while (performance.now() < end) {
      const due = performance.now() + 100;
      await new Promise((done) => setTimeout(done, 100));
      const before = document.querySelector('[data-testid="request-row"][tabindex="0"]')?.id;
      document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
      await new Promise<void>((done) => {
        requestAnimationFrame(() => {
          const channel = new MessageChannel();
          channel.port1.onmessage = () => done();
          channel.port2.postMessage(null);
        });
      });
      const after = document.querySelector('[data-testid="request-row"][tabindex="0"]')?.id;
      if (before !== after) times.push(performance.now() - due);
      else key = key === 'ArrowDown' ? 'ArrowUp' : 'ArrowDown';
    }
    return times;
  }, seconds);
}
