import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { flushSync } from 'svelte';
import { ScriptedRows } from '../host/scripted';
import { providerOf } from '../host/views';
import { all, one, open, press, settle } from './mounted';

describe('a filter that is being typed', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  async function pass(milliseconds: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(milliseconds);
    flushSync();
  }
  async function box(): Promise<HTMLInputElement> {
    const opened = open(new ScriptedRows(3));
    await vi.advanceTimersByTimeAsync(100);
    await opened;
    return one('filter') as HTMLInputElement;
  }
  function type(input: HTMLInputElement, text: string): void {
    input.value = text;
    input.dispatchEvent(new InputEvent('input', { bubbles: true }));
    flushSync();
  }

  it('is not called wrong before one pauses', async () => {
    const input = await box();
    for (const text of ['bad', 'bad:', 'bad:x', 'bad:xy']) {
      type(input, text);
      await pass(500);
      expect([all('filter-error').length, input.getAttribute('aria-invalid')]).toEqual([0, 'false']);
    }
    await pass(300);
    expect(one('filter-error').textContent).toContain('No field is called');
    type(input, 'bad:xyz');
    expect(all('filter-error'), 'one goes on').toHaveLength(0);
  });

  it('is called wrong at once where one leaves the box', async () => {
    const input = await box();
    type(input, 'bad:');
    await pass(300);
    input.dispatchEvent(new FocusEvent('blur'));
    await pass(1);
    expect(all('filter-error')).toHaveLength(1);
  });
});

describe('the picker of samples', () => {
  const samples = [{ name: 'first', title: 'the first' }];

  async function picker(): Promise<HTMLSelectElement> {
    const { bench } = await open(new ScriptedRows(1));
    bench.around.providers = [
      providerOf('zoom', 'Zoom', { samples }),
      providerOf('stripe', 'Stripe', { samples }),
      providerOf('acme', 'acme', { samples }),
      providerOf('mute', 'Mute'),
      providerOf('github', 'GitHub', { samples }),
    ];
    press('N');
    await settle();
    return one('sample-provider') as HTMLSelectElement;
  }

  it('lists who has samples by name and begins with Stripe', async () => {
    const select = await picker();
    expect([...select.options].map((option) => option.text)).toEqual(['acme', 'GitHub', 'Stripe', 'Zoom']);
    expect(select.value).toBe('stripe');
  });

  it('begins with the one that was used last', async () => {
    localStorage.setItem('hookbench.sample.provider', '"github"');
    expect((await picker()).value).toBe('github');
  });

  it('begins with Stripe where the one that was used last is gone', async () => {
    localStorage.setItem('hookbench.sample.provider', '"gone"');
    expect((await picker()).value).toBe('stripe');
  });
});
