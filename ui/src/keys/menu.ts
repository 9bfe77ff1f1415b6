/** The menu bar, made of the one table of actions: an action is in it by its group, whoever adds it. */
import type { MenuView } from '../bindings/MenuView';
import type { Workbench } from '../state/workbench.svelte';
import { type Action, ACTIONS } from './actions';
import { several as severalPicked } from './actions/when';

/** Actions that would be strange in a menu: they are moves of the keyboard, or a menu themselves. */
const MOVES =
  /^(request\.menu|list\.(next|previous|pageDown|pageUp|first|last|open|fold|unfold|select|selectNext|selectPrevious))$/;
const EDIT = ['list.undo', 'list.selectAll', 'list.copyIds', 'list.filter'];
const HELP = ['view.palette', 'view.keys'];

const isIn = (group: Action['group']) => (action: Action) =>
  action.group === group && !MOVES.test(action.id) && ![...EDIT, ...HELP].includes(action.id);
const isOf = (ids: readonly string[]) => (action: Action) => ids.includes(action.id);
const isShape = (action: Action): boolean => /^(theme|tab)\./.test(action.id);

/** What each menu holds, its groups apart. */
const MENUS: readonly [title: string, groups: readonly ((action: Action) => boolean)[]][] = [
  ['File', [isIn('Hookbench')]],
  ['Edit', [isOf(EDIT)]],
  [
    'View',
    [
      (action) => isIn('View')(action) && !isShape(action),
      isIn('List'),
      (action) => action.id.startsWith('tab.'),
      (action) => action.id.startsWith('theme.'),
    ],
  ],
  ['Request', [(action) => isIn('Request')(action) && !isShape(action)]],
  ['Help', [isOf(HELP)]],
];

/** What is done with the request at hand itself, or with all that are picked out; what takes it away is the last. */
export function requestMenu(bench: Workbench): Action[] {
  const isMeant = severalPicked(bench)
    ? ({ several }: Action) => several === true
    : ({ group, id }: Action) => group === 'Request' && !MOVES.test(id) && /^(request|scheme)\./.test(id);
  const about = ACTIONS.filter((action) => isMeant(action) && action.when(bench));
  const isLast = ({ id }: Action): boolean => id === 'request.delete';
  return [...about.filter((action) => !isLast(action)), ...about.filter(isLast)];
}

/** The menus as they are now. */
export function menusOf(bench: Workbench): MenuView[] {
  return MENUS.map(([title, groups]) => ({
    title,
    groups: groups.map((belongs) =>
      ACTIONS.filter(belongs).map((action) => ({
        id: action.id,
        title: action.title,
        enabled: action.when(bench),
      })),
    ),
  }));
}
