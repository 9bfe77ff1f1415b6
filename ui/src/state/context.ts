import { createContext } from 'svelte';
import type { Workbench } from './workbench.svelte';

/** How components come by the state: `useWorkbench()`. */
export const [useWorkbench, provideWorkbench] = createContext<Workbench>();
