/**
 * What is to be seen over a dialog too. While a dialog is open everything outside of it is inert: nothing there can be
 * clicked, and no screen reader tells of it. So the notes of the window move into the uppermost dialog for as long.
 */
import { type Component, getContext, setContext } from 'svelte';

const KEY = Symbol('over dialogs');

interface Laid {
  readonly dialog: symbol;
  readonly element: HTMLElement;
}

export class Over {
  readonly what: Component<{ inDialog?: boolean }>;
  /** The dialogs that are open, the uppermost last. */
  #dialogs = $state.raw<readonly Laid[]>([]);

  constructor(what: Component<{ inDialog?: boolean }>) {
    this.what = what;
  }

  /** The dialog over all others, if one is open. */
  get uppermost(): symbol | undefined {
    return this.#dialogs.at(-1)?.dialog;
  }

  /** The element of the dialog that is the uppermost once this one is gone. */
  below(dialog: symbol): HTMLElement | undefined {
    return this.#dialogs.findLast((laid) => laid.dialog !== dialog)?.element;
  }

  /** A dialog is open until the function that is given back is called. */
  laid(dialog: symbol, element: HTMLElement): () => void {
    this.#dialogs = [...this.#dialogs, { dialog, element }];
    return () => {
      this.#dialogs = this.#dialogs.filter((laid) => laid.dialog !== dialog);
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
