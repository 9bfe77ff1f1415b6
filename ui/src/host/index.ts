import type { Host } from './host';
import { takeToken } from './token';

export { asApiError } from './host';
export type { Args, CommandName, FeedMessage, Host, Result } from './host';

/** Chooses the transport: the window has Tauri's bridge, a browser has not. */
export async function openHost(): Promise<Host> {
  if ('__TAURI_INTERNALS__' in window) return new (await import('./tauri')).TauriHost();
  const token = takeToken(window);
  return new (await import('./browser')).BrowserHost({ base: '', token, page: window });
}
