/** Copying as the window does it: it is said that it was done, or why it could not be. */
import { writeClipboard } from '../lib/clipboard';
import type { Notes } from './notes.svelte';

/** Puts a text on the clipboard and says so; what it is may be known only once the text is there. */
export async function copy(
  bench: { notes: Notes },
  what: string | (() => string),
  text: Promise<string> | string,
): Promise<void> {
  const called = (): string => (typeof what === 'string' ? what : what());
  try {
    await writeClipboard(text);
    bench.notes.done(`${called()} copied`);
  } catch (thrown) {
    bench.notes.failed(`${called()} could not be copied`, thrown);
  }
}
