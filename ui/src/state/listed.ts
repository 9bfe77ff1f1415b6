/** A list over scripted rows that was read once, for tests. */
import { ScriptedHost, ScriptedRows } from '../host/scripted';
import { RequestList } from './requests.svelte';

export const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

export async function listOf(
  count: number,
): Promise<{ store: ScriptedRows; host: ScriptedHost; list: RequestList }> {
  const store = new ScriptedRows(count);
  const host = new ScriptedHost(store.script);
  const list = new RequestList(host, 0);
  await list.load();
  return { store, host, list };
}
