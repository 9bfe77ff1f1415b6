import { osOf } from './keyboard';

/** The system the page runs on. */
export const OS = osOf(typeof navigator === 'undefined' ? '' : navigator.userAgent);
