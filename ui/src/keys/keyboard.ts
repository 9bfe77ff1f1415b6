/**
 * From a key press to a chord such as `r`, `?`, `mod+k`. Presses that belong to an input method are never taken, and
 * typing into a field only gives away chords with a modifier.
 */

import { composing } from '../lib/composing';

export type Os = 'mac' | 'other';

export function osOf(platform: string): Os {
  return /mac|iphone|ipad/i.test(platform) ? 'mac' : 'other';
}

export type Press = Pick<
  KeyboardEvent,
  'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'isComposing' | 'keyCode'
>;

/** The chord that was pressed, or null where it belongs to an input method or is a modifier alone. */
export function chordOf(press: Press, os: Os): string | null {
  if (composing(press) || press.key === 'Process' || press.key === 'Dead') return null;
  if (['Control', 'Meta', 'Alt', 'Shift', 'AltGraph'].includes(press.key)) return null;
  const mod = os === 'mac' ? press.metaKey : press.ctrlKey;
  const other = os === 'mac' ? press.ctrlKey : press.metaKey;
  if (other) return null;
  const named = press.key.length > 1;
  const key = named ? press.key : mod ? press.key.toLowerCase() : press.key;
  const typed = !named && press.altKey && !mod;
  if (typed) return os === 'mac' ? null : `alt+${press.key.toLowerCase()}`;
  return [mod ? 'mod' : '', press.altKey ? 'alt' : '', named && press.shiftKey ? 'shift' : '', key]
    .filter((part) => part !== '')
    .join('+');
}

/** How a chord is written on a key cap. */
export function keyCap(chord: string, os: Os): string {
  const names: Record<string, string> = {
    mod: os === 'mac' ? '⌘' : 'Ctrl',
    alt: os === 'mac' ? '⌥' : 'Alt',
    shift: os === 'mac' ? '⇧' : 'Shift',
    ArrowUp: '↑',
    ArrowDown: '↓',
    ArrowLeft: '←',
    ArrowRight: '→',
    Escape: 'Esc',
    ' ': 'Space',
    ContextMenu: 'Menu',
    ...(os === 'mac' ? { Backspace: '⌫', Delete: '⌦' } : {}),
  };
  const parts = chord
    .split('+')
    .map((part) => names[part] ?? (chord.includes('+') ? part.toUpperCase() : part));
  const tidy = parts.map((part) =>
    /^(ENTER|HOME|END)$/.test(part) ? part[0] + part.slice(1).toLowerCase() : part,
  );
  return tidy.join(os === 'mac' ? '' : ' ');
}

/** Keys that move in a list; other parts of the window have their own use for them. */
const MOVES =
  /^(?:(?:shift\+)?(Arrow(Up|Down|Left|Right)|Enter|Home|End|PageUp|PageDown|F10)|ContextMenu|(mod\+)? |mod\+a)$/;

/** Keys that take something away; in the sidebar that would not be what stands there. */
const DELETES = /^(Delete|Backspace)$/;
/** What an edited text has a use for itself. */
const EDITS = /^mod\+(z|a| )$/;

/** Whether a press at a place of the page may run an action of the table. */
export function mayRun(chord: string, target: EventTarget | null): boolean {
  const element = target instanceof Element ? target : null;
  // A key that goes to no part of an open dialog must not act on what is behind it.
  if (chord !== 'mod+k' && document.querySelector('dialog[open]') !== null)
    return chord === 'Escape' && (element === null || element.closest('dialog[open]') === null);
  if (element === null) return true;
  const typing = element.closest('input, textarea, select, [contenteditable="true"], [data-typing]') !== null;
  if (typing && (EDITS.test(chord) || (!chord.startsWith('mod+') && chord !== 'Escape'))) return false;
  if (/^(Enter| )$/.test(chord) && element.closest('button, a, summary') !== null) return false;
  if (DELETES.test(chord)) return element.closest('[data-keys="sidebar"]') === null;
  if (MOVES.test(chord)) return element === document.body || element.closest('[data-keys="list"]') !== null;
  return true;
}
