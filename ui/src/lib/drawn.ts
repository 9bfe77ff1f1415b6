/** Milliseconds after which nobody waits for a frame any more: a window that is out of sight draws none. */
const LONGEST = 100;

/** Once what was changed just now is on the screen. */
export function drawn(): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, LONGEST);
    requestAnimationFrame(() => {
      // A frame is drawn after this; a message is heard after that.
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        clearTimeout(late);
        resolve();
      };
      port2.postMessage(null);
    });
  });
}
