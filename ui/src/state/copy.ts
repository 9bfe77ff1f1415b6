/** Copying as the window does it: it is said that it was done, or why it could not be. */
import { writeClipboard } from '../lib/clipboard';
import type { Notes } from './notes.svelte';

/** Puts a text on the clipboard and says so. */
export async function copy(
  bench: { notes: Notes },
  what: string,
  text: Promise<string> | string,
): Promise<void> {
  try {
    await writeClipboard(text);
    bench.notes.done(`${what} copied`);
  } catch (thrown) {
    bench.notes.failed(`${what} could not be copied`, thrown);
  }
}
