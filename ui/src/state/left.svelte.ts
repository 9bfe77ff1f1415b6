/**
 * What was typed into a form of the settings and left before it was saved: that is said, and it can be had back. What is
 * being saved as its form is left is spoken of only once it is known what came of that.
 */
import type { Workbench } from './workbench.svelte';

/** What stands in fields that are not as they are kept, by the name of the field. */
type Typed = Readonly<Record<string, string>>;

export class LeftForms {
  #wanted = $state.raw<Readonly<Record<string, Typed>>>({});
  /** What is under way, by the section of the settings. */
  readonly #saving = new Map<string, Promise<void>>();
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

  /** Saves what stands in a section, and takes note of that as its last step; fails as the save does. */
  async saving(section: string, save: () => Promise<void>): Promise<void> {
    const saved = save();
    this.#saving.set(section, saved);
    try {
      await saved;
    } finally {
      if (this.#saving.get(section) === saved) this.#saving.delete(section);
    }
  }

  /** A section is left; `unsaved` is what stands in its fields and is not kept, as of the moment it is asked. */
  leave(section: string, unsaved: () => Typed): void {
    const saving = this.#saving.get(section);
    this.#saving.delete(section);
    if (saving === undefined) this.#offer(section, unsaved());
    else {
      saving.then(
        () => {
          this.#offer(section, unsaved());
        },
        (thrown: unknown) => {
          this.#offer(section, unsaved(), thrown);
        },
      );
    }
  }

  /** Offers to have back what was left; says also why it could not be saved, where that was tried. */
  #offer(section: string, typed: Typed, why?: unknown): void {
    const { notes, schemes, view } = this.#bench;
    const lost = Object.keys(typed).length > 0;
    const what = lost ? 'What was typed in the settings is not saved' : 'The settings were not saved';
    const offer = {
      title: 'Open it again',
      run: () => {
        notes.dismiss(note);
        this.#wanted = { ...this.#wanted, [section]: typed };
        schemes.leave();
        view.openSettings(section);
      },
    };
    if (why === undefined && !lost) return;
    const note =
      why === undefined ? notes.offered(what, offer) : notes.failed(what, why, lost ? offer : null);
  }
}
