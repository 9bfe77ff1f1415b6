/** A port as a person writes it: 1 to 65535, or 0 for any that is free. */
export function portOf(text: string): number | null {
  const port = /^\d{1,5}$/.test(text.trim()) ? Number(text) : -1;
  return port >= 0 && port <= 65535 ? port : null;
}

/** What is said of a text that is no port. */
export function notAPort(text: string): { message: string; hint: string } {
  return {
    message: `\`${text}\` is no port`,
    hint: 'A port is a number from 1 to 65535; 0 takes any free one.',
  };
}
