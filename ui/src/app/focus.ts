/**
 * The keyboard is never lost. Where the control that has it goes away (a row is removed, a page is left, a button is
 * disabled by its own press) a browser gives it to nothing at all: the next key does nothing, and a screen reader is
 * silent. This is the one place that looks for it: it goes to what stands nearest in the same part, else to the list.
 * What a person clicks away from is no loss, and what moves the keyboard itself is never overruled.
 */
import type { Workbench } from '../state/workbench.svelte';

const CONTROLS = 'a[href], button, input, select, textarea, summary, [tabindex]';
/** Parts of the window which what is near is not looked for outside of. */
const PARTS = 'dialog .content, [role="dialog"], section, nav, form';
const LIST = 'section.list';
/** What a page that takes the place of all begins with. */
const HEADING = 'main :is(h1, h2, h3)[tabindex]';

function canBeFocused(element: HTMLElement): boolean {
  if (element.tabIndex < 0 || element.matches(':disabled') || element.closest('[inert]') !== null)
    return false;
  return typeof element.checkVisibility !== 'function' || element.checkVisibility();
}

/** The first control of an element, itself among them, that is not of the kind of the one that is gone. */
function firstIn(node: Node | null, without: string | undefined): HTMLElement | null {
  if (!(node instanceof HTMLElement)) return null;
  const all = [node, ...node.querySelectorAll<HTMLElement>(CONTROLS)].filter((one) => one.matches(CONTROLS));
  // Whoever holds Enter, or presses it twice, must not do the same to what stands next.
  return (
    all.find((one) => canBeFocused(one) && (without === undefined || one.dataset['testid'] !== without)) ??
    null
  );
}

/** What comes next after a place, else what is before it, further and further out up to the edge of the part. */
function near(
  part: Element,
  parent: Element,
  from: Node | null,
  without: string | undefined,
): HTMLElement | null {
  for (let [above, at] = [parent, from]; ;) {
    for (let node = at; node !== null; node = node.nextSibling) {
      const found = firstIn(node, without);
      if (found !== null) return found;
    }
    for (let node = at?.previousSibling ?? above.lastChild; node !== null; node = node.previousSibling) {
      const found = firstIn(node, without);
      if (found !== null) return found;
    }
    if (above === part || above.parentElement === null) return null;
    [above, at] = [above.parentElement, above.nextSibling];
  }
}

/** The active row or the one that is open, else the list. */
function inList(bench: Workbench): HTMLElement | null {
  const id = bench.list.activeId ?? bench.list.selectedId;
  const row = id === null ? null : document.getElementById(`request-${id}`);
  return (
    row ??
    document.querySelector<HTMLElement>('[data-testid="request-list"]') ??
    document.querySelector<HTMLElement>(LIST)
  );
}

/** Where the keyboard is at home: in the list, else on the first control of what is shown. */
function home(bench: Workbench): HTMLElement | null {
  return (
    inList(bench) ??
    firstIn(document.querySelector('main [data-testid="detail"]'), undefined) ??
    firstIn(document.querySelector('main'), undefined)
  );
}

/** What was around the control that had the keyboard, and what came of it. */
interface Loss {
  readonly control: HTMLElement;
  /** What is around it now that it is gone, and the first of what stands at its place. */
  readonly parent: Element;
  readonly at: Node | null;
}

/** The part of the window that a control is in, which does nothing when a key is pressed on it. */
function partOf(control: HTMLElement): HTMLElement | null {
  const part = control.closest<HTMLElement>('section, main');
  if (part !== null && !part.hasAttribute('tabindex')) standIn(part);
  return part;
}

/** Lets a part take the keyboard, this once: as long as it could, a click on any text in it would give it that. */
function standIn(part: HTMLElement): void {
  function onblur(): void {
    // The window was left, and not the part.
    if (document.activeElement === part) return;
    part.removeEventListener('blur', onblur);
    part.removeAttribute('tabindex');
  }
  part.tabIndex = -1;
  part.addEventListener('blur', onblur);
}

/** Where the keyboard goes from what is lost. */
function restOf(bench: Workbench, { control, parent, at }: Loss): HTMLElement | null {
  const dialog = [...document.querySelectorAll('dialog[open]')].at(-1);
  const content = dialog?.querySelector<HTMLElement>('.content') ?? null;
  const part = parent.closest(PARTS);
  if (dialog !== undefined && (part === null || !dialog.contains(part))) return content;
  // What is only disabled for a while gets it back: meanwhile nothing is near by that a second press would do.
  if (control.isConnected)
    return (
      parent.closest<HTMLElement>('[tabindex]') ??
      document.querySelector<HTMLElement>(HEADING) ??
      inList(bench) ??
      partOf(control) ??
      home(bench)
    );
  if (part === null || part.matches(LIST)) return home(bench);
  return near(part, parent, at, control.dataset['testid']) ?? content ?? home(bench);
}

/** Watches where the keyboard is, and finds it a place when it is lost; until the function that is given back is called. */
export function keepFocus(bench: Workbench): () => void {
  let control: HTMLElement | null = null;
  let chain: readonly Node[] = [];
  let loss: Loss | null = null;
  /** What got the keyboard for as long as the control is disabled. */
  let instead: HTMLElement | null = null;
  let clicked = false;
  let frame = 0;
  const watching = new MutationObserver(mutated);

  function isLost(): boolean {
    const now = document.activeElement;
    return now === null || now === document.body || now.matches(':disabled');
  }

  function look(): void {
    frame = 0;
    if (!isLost()) loss = null;
    if (loss === null) return;
    const rest = restOf(bench, loss);
    if (loss.control.isConnected && loss.control.matches(':disabled')) instead = rest;
    rest?.focus({ preventScroll: true });
    if (!isLost()) loss = null;
  }

  /** Two frames later: whoever moves the keyboard on purpose has done so by then, and some do it in the first one. */
  function lookSoon(): void {
    if (frame === 0) frame = requestAnimationFrame(() => (frame = requestAnimationFrame(look)));
  }

  function mutated(records: readonly MutationRecord[]): void {
    if (control === null) return;
    for (const { type, target, removedNodes, previousSibling } of records) {
      if (type === 'attributes') {
        if (control.matches(':disabled'))
          loss = { control, parent: control.parentElement ?? document.body, at: null };
        else if (instead !== null && document.activeElement === instead)
          control.focus({ preventScroll: true });
      } else if (target.isConnected && target instanceof Element && !control.isConnected) {
        if (![...removedNodes].some((node) => chain.includes(node))) continue;
        const before = previousSibling?.parentNode === target ? previousSibling : null;
        loss = { control, parent: target, at: before?.nextSibling ?? target.firstChild };
      }
    }
    if (loss !== null) lookSoon();
  }

  function onfocusin({ target }: FocusEvent): void {
    // What stands in for a control that is disabled is not what is watched: that one gets it back.
    if (!(target instanceof HTMLElement) || target === instead) return;
    instead = null;
    loss = null;
    control = target;
    const above: Node[] = [];
    for (let node: Node | null = target; node !== null && node !== document; node = node.parentNode)
      above.push(node);
    chain = above;
    watching.disconnect();
    watching.observe(target, { attributes: true, attributeFilter: ['disabled'] });
    for (const node of above.slice(1)) watching.observe(node, { childList: true });
  }

  /** A control that lets go of the keyboard by itself, such as a field by Escape. */
  function onfocusout({ target, relatedTarget }: FocusEvent): void {
    if (relatedTarget !== null) return;
    if (clicked) {
      control = instead = loss = null;
      watching.disconnect();
      return;
    }
    if (!document.hasFocus() || !(target instanceof HTMLElement)) return;
    loss ??= { control: target, parent: document.body, at: null };
    lookSoon();
  }

  /** The keyboard is moved by a click right after the press is told of. */
  function onmousedown(): void {
    clicked = true;
    setTimeout(() => (clicked = false));
  }

  document.addEventListener('focusin', onfocusin);
  document.addEventListener('focusout', onfocusout);
  document.addEventListener('mousedown', onmousedown, { capture: true });
  return () => {
    document.removeEventListener('focusin', onfocusin);
    document.removeEventListener('focusout', onfocusout);
    document.removeEventListener('mousedown', onmousedown, { capture: true });
    watching.disconnect();
    cancelAnimationFrame(frame);
  };
}
