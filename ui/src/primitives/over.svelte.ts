/**
 * What is to be seen over a dialog too. While a dialog is open everything outside of it is inert: nothing there can be
 * clicked, and no screen reader tells of it. So the notes of the window move into the dialog for as long.
 */
import { type Component, getContext, setContext } from 'svelte';

const KEY = Symbol('over dialogs');

export class Over {
  readonly what: Component<{ inDialog?: boolean }>;
  /** How many dialogs are open. */
  dialogs = $state(0);

  constructor(what: Component<{ inDialog?: boolean }>) {
    this.what = what;
  }
}

export function provideOver(what: Over['what']): Over {
  return setContext(KEY, new Over(what));
}

/** Nothing, where a dialog stands by itself. */
export function useOver(): Over | undefined {
  return getContext<Over | undefined>(KEY);
}
