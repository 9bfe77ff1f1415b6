/** The sections of the settings, in the order in which they are shown: each is one file of this folder. */
import type { Component } from 'svelte';
import Appearance from './Appearance.svelte';
import Listener from './Listener.svelte';

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
    id: 'appearance',
    title: 'Appearance',
    about: 'How the window looks.',
    component: Appearance,
  },
];
