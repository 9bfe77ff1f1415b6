/** What the desktop under the window wants of it, and what it is told: nothing of this is there in a browser. */
import { actionById } from '../keys/actions';
import { menusOf } from '../keys/menu';
import { OS } from '../keys/os';
import { visibleText } from '../lib/escape';
import type { Workbench } from '../state/workbench.svelte';

/** Milliseconds in which what can be done now may change without the menu being told. */
const REST = 150;

/** What is done whatever is open, as by its key: the one closes it, the other lies over it. */
const ALWAYS = ['view.back', 'view.palette'];

/** Does what the desktop wants: what a menu says, a request of a link, the question before quitting. */
export function fulfilWishes(bench: Workbench): () => void {
  bench.fulfil = (wish) => {
    if (wish.kind === 'action') {
      const action = actionById(wish.id);
      const { view } = bench;
      // A dialog is answered first, as with the keys; what the palette is over is no more at hand than what a dialog is.
      const isFree = view.dialog === null && !view.palette && !view.quitting;
      if ((isFree || ALWAYS.includes(wish.id)) && action?.when(bench)) action.run(bench);
    } else if (wish.kind === 'request') void bench.showRequest(wish.id);
    else if (wish.kind === 'bad_link') {
      bench.notes.failed('The link was not opened', {
        code: 'bad_input',
        message: `\`${visibleText(wish.text)}\` is no link to a request`,
        hint: 'A link is hookbench://request/ with the whole id behind it.',
      });
    } else bench.view.quitting = true;
  };
  return () => {
    bench.fulfil = () => undefined;
  };
}

/** Tells the menu bar what it holds, where there is one. */
export function tellMenu(bench: Workbench): (() => void) | undefined {
  if (bench.host.place !== 'window' || bench.around.settings === null) return undefined;
  if (OS !== 'mac' && !bench.around.settings.desktop.menuBar) return undefined;
  const menus = menusOf(bench);
  const timer = setTimeout(() => {
    // The window works without its menu bar; what is wrong with it is in the log of the program.
    bench.host.call('set_menu', { menus }).catch(() => undefined);
  }, REST);
  return () => {
    clearTimeout(timer);
  };
}
