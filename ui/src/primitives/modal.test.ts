import { createRawSnippet, flushSync, mount, unmount } from 'svelte';
import { describe, expect, it } from 'vitest';
import Modal from './Modal.svelte';

describe('a dialog that opens', () => {
  it('gives the keyboard to nothing that is hidden', async () => {
    const parts = `<div>
      <div hidden><input /><button data-first>Hidden</button></div>
      <input hidden />
      <textarea data-testid="seen"></textarea>
    </div>`;
    const children = createRawSnippet(() => ({ render: () => parts }));
    const props = { title: 'Parts', children, onclose: () => undefined };
    const shown = mount(Modal, { target: document.body, props });
    flushSync();
    expect((document.activeElement as HTMLElement).dataset['testid']).toBe('seen');
    await unmount(shown);
  });
});
