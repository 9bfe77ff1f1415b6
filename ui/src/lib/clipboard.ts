/**
 * Puts text on the clipboard. A text that is still on its way is handed over as a promise, since WebKit lets a page
 * write only while it answers to a key or a click; where the page may not write at all, the old way is tried.
 */
export async function writeClipboard(text: string | Promise<string>): Promise<void> {
  try {
    if (typeof text !== 'string' && typeof ClipboardItem !== 'undefined') {
      const blob = text.then((known) => new Blob([known], { type: 'text/plain' }));
      await navigator.clipboard.write([new ClipboardItem({ 'text/plain': blob })]);
    } else await navigator.clipboard.writeText(await text);
  } catch {
    copyBySelection(await text);
  }
}

function copyBySelection(text: string): void {
  const before = document.activeElement;
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'spoken';
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (before instanceof HTMLElement) before.focus();
  if (!copied) throw new Error('the clipboard cannot be written');
}
