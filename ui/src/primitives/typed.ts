/**
 * Whether something that was typed would be lost with the part of the page it stands in. What was saved is gone from
 * there, or is what it was; what is chosen or ticked is no work to do again.
 */
import { getContext, setContext } from 'svelte';

const KEY = Symbol('typed');
const CHOSEN = /^(?:checkbox|radio|range|color|file|button|submit|reset)$/;

type Field = HTMLInputElement | HTMLTextAreaElement;

function fieldOf(target: EventTarget | null): Field | null {
  if (target instanceof HTMLTextAreaElement) return target;
  return target instanceof HTMLInputElement && !CHOSEN.test(target.type) ? target : null;
}

export class Typed {
  /** What stood in each field before it was typed in. */
  readonly #before = new Map<Field, string>();
  readonly #typed = new Set<Field>();

  /** A field has the keyboard. */
  entered({ target }: Event): void {
    const field = fieldOf(target);
    if (field !== null && !this.#before.has(field)) this.#before.set(field, field.value);
  }

  /** Something is typed in it. */
  changed({ target }: Event): void {
    const field = fieldOf(target);
    if (field !== null) this.#typed.add(field);
  }

  /** What stands there, a field or more, was saved, and may stay all the same. */
  kept(there: Node): void {
    this.saving(there)();
  }

  /** What stands there is being saved: to be called once it is. What is typed meanwhile is not saved by it. */
  saving(there: Node): () => void {
    const fields = [...new Set([...this.#before.keys(), ...this.#typed])];
    const sent = fields
      .filter((field) => there.contains(field))
      .map((field) => [field, field.value] as const);
    return () => {
      for (const [field, value] of sent) {
        this.#before.set(field, value);
        if (field.value === value) this.#typed.delete(field);
      }
    };
  }

  /** Whether any of it is still there. */
  get there(): boolean {
    return [...this.#typed].some(
      (field) => field.isConnected && field.value !== (this.#before.get(field) ?? ''),
    );
  }
}

export function provideTyped(): Typed {
  return setContext(KEY, new Typed());
}

/** Nothing, where what is typed stands in no dialog. */
export function useTyped(): Typed | undefined {
  return getContext<Typed | undefined>(KEY);
}
