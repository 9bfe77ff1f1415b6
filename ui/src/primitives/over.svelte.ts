/**
 * What is to be seen over a dialog too. While a dialog is open everything outside of it is inert: nothing there can be
 * clicked, and no screen reader tells of it. So the notes of the window move into the uppermost dialog for as long.
 */
import { type Component, getContext, setContext } from 'svelte';

const KEY = Symbol('over dialogs');

export class Over {
  readonly what: Component<{ inDialog?: boolean }>;
  /** The dialogs that are open, the uppermost last. */
  #dialogs = $state.raw<readonly symbol[]>([]);

  constructor(what: Component<{ inDialog?: boolean }>) {
    this.what = what;
  }

  /** The dialog over all others, if one is open. */
  get uppermost(): symbol | undefined {
    return this.#dialogs.at(-1);
  }

  /** A dialog is open until the function that is given back is called. */
  laid(dialog: symbol): () => void {
    this.#dialogs = [...this.#dialogs, dialog];
    return () => {
      this.#dialogs = this.#dialogs.filter((other) => other !== dialog);
    };
  }
}

export function provideOver(what: Over['what']): Over {
  return setContext(KEY, new Over(what));
}

/** Nothing, where a dialog stands by itself. */
export function useOver(): Over | undefined {
  return getContext<Over | undefined>(KEY);
}
