/**
 * Whether a press belongs to an input method that is putting a character together: Enter chooses one there, Escape lets
 * go of it, the arrows move among them. WebKit ends the composing before it tells of the press that ended it, which then
 * can be told from any other by its code alone.
 */
export function composing(event: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean {
  return event.isComposing || event.keyCode === 229;
}
