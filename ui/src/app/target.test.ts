/** The dialog of a target whose rules one comes for. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ScriptedRows } from '../host/scripted';
import { all, open, settle } from './mounted';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the rules of a target', () => {
  /** The frames that are asked for, drawn when the test says so. */
  function frames(): () => void {
    const waiting = new Map<number, FrameRequestCallback>();
    let key = 0;
    vi.spyOn(window, 'requestAnimationFrame').mockImplementation((draw) => {
      waiting.set(++key, draw);
      return key;
    });
    vi.spyOn(window, 'cancelAnimationFrame').mockImplementation((frame) => {
      waiting.delete(frame);
    });
    return () => {
      for (const [frame, draw] of [...waiting]) {
        waiting.delete(frame);
        draw(0);
      }
    };
  }

  it('are brought into sight where one comes for them', async () => {
    const { bench } = await open(new ScriptedRows(0));
    const draw = frames();
    const shown = vi.spyOn(Element.prototype, 'scrollIntoView');
    bench.view.open({ kind: 'target', target: null, leadsTo: 'https://far.example/a' });
    await settle();
    draw();
    expect(shown.mock.contexts.map((element) => (element as HTMLElement).matches('[data-first]'))).toContain(
      true,
    );
  });

  it('are not looked for once the dialog is closed before its first frame', async () => {
    const { bench } = await open(new ScriptedRows(0));
    const draw = frames();
    bench.view.open({ kind: 'target', target: null, leadsTo: 'https://far.example/a' });
    await settle();
    bench.view.close();
    await settle();
    expect(all('target-dialog')).toEqual([]);
    expect(draw).not.toThrow();
  });
});
