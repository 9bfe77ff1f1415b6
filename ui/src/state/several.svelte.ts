/** What is done to several requests at once; long work says how far it is and can be stopped. */
import type { RequestPage } from '../bindings/RequestPage';
import { plural } from '../lib/format';
import type { Workbench } from './workbench.svelte';

/** More than these are not named one by one. */
export const MOST = 10_000;

export interface Progress {
  what: string;
  done: number;
  total: number;
}

export class Several {
  progress = $state.raw<Progress | null>(null);
  readonly #bench: Workbench;
  #stopped = false;

  constructor(bench: Workbench) {
    this.#bench = bench;
  }

  /** How many are meant, where that is known. */
  get count(): number | null {
    const { chosen, total } = this.#bench.list;
    return chosen.everything ? total : chosen.size;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** The ids, oldest first: the order in which they came. */
  async ids(): Promise<string[]> {
    const { list } = this.#bench;
    if (!list.chosen.everything) {
      const held = list.rows.filter((row) => list.chosen.ids.has(row.id)).reverse();
      const seen = new Set(held.map((row) => row.id));
      return [...[...list.chosen.ids].filter((id) => !seen.has(id)), ...held.map((row) => row.id)];
    }
    const ids: string[] = [];
    for (let before: number | null = null; ;) {
      const page: RequestPage = await this.#bench.host.call('list_requests', {
        before,
        after: null,
        skip: 0,
        limit: 1000,
        filter: list.filter,
      });
      ids.push(...page.rows.map((row) => row.id));
      if (!page.more || page.next === null || ids.length > MOST) break;
      before = page.next;
    }
    if (ids.length > MOST) {
      throw {
        code: 'bad_input',
        message: `these are more than ${MOST} requests`,
        hint: 'Narrow the filter first.',
      };
    }
    return ids.reverse();
  }

  async copyIds(): Promise<string> {
    return (await this.ids()).join('\n');
  }

  /** Stars all of them, or takes the stars away where all have one. */
  async star(): Promise<void> {
    const { host, list, around } = this.#bench;
    await this.#each('Starring', 'starred', async (ids) => {
      const held = list.rows.filter((row) => list.chosen.has(row.id));
      const starred = held.some((row) => !row.starred);
      return {
        ids,
        run: async (id) => {
          await host.call('annotate', { ids: [id], starred, note: null, addTags: [], removeTags: [] });
          const row = list.row(id);
          if (row !== undefined) list.update([{ ...row, starred }]);
        },
      };
    });
    around.countsChanged();
  }

  /** Opens the sheet that sends them again, in the order in which they came. */
  async resend(): Promise<void> {
    try {
      this.#bench.openSequence(await this.ids());
    } catch (thrown) {
      this.#bench.notes.failed('They were not sent again', thrown);
    }
  }

  /** Opens the dialog that writes them to a file. */
  async export(): Promise<void> {
    const { list, view, notes } = this.#bench;
    if (list.chosen.everything) {
      view.open({ kind: 'export', chosen: list.filter });
      return;
    }
    try {
      view.open({ kind: 'export', chosen: await this.ids() });
    } catch (thrown) {
      notes.failed('They were not exported', thrown);
    }
  }

  async #each(
    what: string,
    done: string,
    begin: (ids: string[]) => Promise<{ ids: string[]; run: (id: string) => Promise<void> }>,
  ): Promise<void> {
    if (this.progress !== null) return;
    const { notes } = this.#bench;
    this.#stopped = false;
    this.progress = { what, done: 0, total: this.count ?? 0 };
    let reached = 0;
    try {
      const { ids, run } = await begin(await this.ids());
      for (const id of ids) {
        if (this.#stopped) break;
        this.progress = { what, done: reached, total: ids.length };
        await run(id);
        reached += 1;
      }
      const all = reached === ids.length;
      notes.done(`${plural(reached, 'request')}${all ? '' : ` of ${ids.length}`} ${done}`);
    } catch (thrown) {
      notes.failed(`After ${plural(reached, 'request')} it stopped`, thrown);
    } finally {
      this.progress = null;
    }
  }
}
