/** The sections of the settings, in the order in which they are shown: each is one file of this folder. */
import type { Component } from 'svelte';
import Appearance from './Appearance.svelte';
import Limits from './Limits.svelte';
import Listener from './Listener.svelte';
import Schemes from './Schemes.svelte';
import Storage from './Storage.svelte';

export interface Section {
  /** Names it in the window's state; `hookbench.settings` opens the first. */
  id: string;
  title: string;
  /** What it is about, in one sentence. */
  about: string;
  component: Component;
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
    id: 'appearance',
    title: 'Appearance',
    about: 'How the window looks.',
    component: Appearance,
  },
  {
    id: 'storage',
    title: 'Storage',
    about: 'What the requests use of the disk, and how much of them is kept.',
    component: Storage,
  },
];
