/** The sections of the settings, in the order in which they are shown: each is one file of this folder. */
import type { Component } from 'svelte';
import Appearance from './Appearance.svelte';
import Desktop from './Desktop.svelte';
import Limits from './Limits.svelte';
import Listener from './Listener.svelte';
import Masking from './Masking.svelte';
import Schemes from './Schemes.svelte';
import Storage from './Storage.svelte';

export interface Section {
  /** Names it in the window's state; `hookbench.settings` opens the first. */
  id: string;
  title: string;
  /** What it is about, in one sentence. */
  about: string;
  component: Component;
  /** Only there where the page runs in the window. */
  window?: true;
}

export const SECTIONS: readonly [Section, ...Section[]] = [
  {
    id: 'listener',
    title: 'Listener',
    about: 'Where requests are received.',
    component: Listener,
  },
  {
    id: 'limits',
    title: 'Limits',
    about: 'What a sender may take of this machine. Sizes and times are written as 25 MiB, 10 s or 2 min.',
    component: Limits,
  },
  {
    id: 'schemes',
    title: 'Own schemes',
    about: 'How senders sign that Hookbench does not know, or that you know better.',
    component: Schemes,
  },
  {
    id: 'masking',
    title: 'Masking',
    about: 'What is left out of copies, and of this screen while others see it.',
    component: Masking,
  },
  {
    id: 'appearance',
    title: 'Appearance',
    about: 'How the window looks.',
    component: Appearance,
  },
  {
    id: 'desktop',
    title: 'Desktop',
    about: 'How the window stands on this desktop, and what it tells while it is not in front of you.',
    component: Desktop,
    window: true,
  },
  {
    id: 'storage',
    title: 'Storage',
    about: 'What the requests use of the disk, and how much of them is kept.',
    component: Storage,
  },
];

/** The sections that are there where the page runs. */
export function sectionsIn(place: 'window' | 'browser'): readonly Section[] {
  return SECTIONS.filter((section) => section.window !== true || place === 'window');
}
