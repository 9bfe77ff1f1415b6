/** How well what is known of a provider is founded. */
import { flushSync, mount, unmount } from 'svelte';
import { afterEach, expect, it } from 'vitest';
import Evidence from './Evidence.svelte';

const HOSTILE = '<img src=x onerror="globalThis.hit = 1">';
let shown: ReturnType<typeof mount> | null = null;

function show(evidenceNote: string | null): HTMLElement {
  const provider = {
    name: HOSTILE,
    evidence: 'B',
    evidenceMeaning: 'from its documentation',
    evidenceNote,
  };
  shown = mount(Evidence, { target: document.body, props: { provider, testid: 'known' } });
  flushSync();
  const found = document.querySelector<HTMLElement>('[data-testid="known"]');
  if (found === null) throw new Error('it is shown');
  return found;
}

afterEach(async () => {
  if (shown !== null) await unmount(shown);
  shown = null;
});

it('says its grade and what that means, with a hostile name as text', () => {
  const line = show(null);
  expect(line.textContent.replace(/\s+/g, ' ').trim()).toBe(
    `B How ${HOSTILE} works is known from its documentation.`,
  );
  expect(line.querySelector('img')).toBeNull();
});

it('has what was noted about it at hand, and no empty note', () => {
  expect(show('tried against the sandbox').title).toBe('tried against the sandbox');
});

it('has no note where none was made', () => {
  expect(show(null).hasAttribute('title')).toBe(false);
});
