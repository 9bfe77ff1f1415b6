/** What was typed into a form of the settings and left before it was saved: that is said, and it can be had back. */
import type { Workbench } from './workbench.svelte';

/** What stands in fields that are not as they are kept, by the name of the field. */
type Typed = Readonly<Record<string, string>>;

export class LeftForms {
  #wanted = $state.raw<Readonly<Record<string, Typed>>>({});
  readonly #bench: Workbench;

  constructor(bench: Workbench) {
    this.#bench = bench;
  }

  /** What a section of the settings should have in its fields again, once it was asked for. */
  take(section: string): Typed | null {
    const { [section]: typed, ...others } = this.#wanted;
    if (typed === undefined) return null;
    this.#wanted = others;
    return typed;
  }

  /** A section is left with this in its fields. */
  leave(section: string, typed: Typed): void {
    if (Object.keys(typed).length === 0) return;
    const { notes, schemes, view } = this.#bench;
    const note = notes.offered('What was typed in the settings is not saved', {
      title: 'Open it again',
      run: () => {
        notes.dismiss(note);
        this.#wanted = { ...this.#wanted, [section]: typed };
        schemes.leave();
        view.openSettings(section);
      },
    });
  }
}
