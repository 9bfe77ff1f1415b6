/**
 * Removing endpoints, secrets, targets, saved filters and what waits in queues. Each is told by a note that brings it back
 * as it was; what was there, and the values of secrets before all, stays with the engine all the while.
 */
import type { BroughtBackView } from '../bindings/BroughtBackView';
import type { DiscardView } from '../bindings/DiscardView';
import { shorten, visibleText } from '../lib/escape';
import { plural } from '../lib/format';
import { UNDOABLE } from './deleting.svelte';
import type { Workbench } from './workbench.svelte';

const named = (name: string): string => visibleText(shorten(name, 60));
/** What a person called it, where it would else be taken for words of ours. */
const quoted = (name: string): string => `“${named(name)}”`;

/** What was removed, in words that begin a sentence. */
export function wordsOf({ kind, name, held }: Pick<DiscardView, 'kind' | 'name' | 'held'>): string {
  const words = {
    endpoint: `The endpoint ${named(name)}`,
    secret: `The secret ${quoted(name)}`,
    target: `The target ${named(name)}`,
    saved_filter: `The filter ${quoted(name)}`,
    queue: `${plural(held, 'request')} that waited for ${named(name)}`,
  };
  return words[kind];
}

/** What is said of something that was brought back, and of what was not. */
export function sentenceOf(back: BroughtBackView): string {
  const { kind, held, lost, forwardsLater, forwardsGone } = back;
  const parts: string[] = [];
  if (kind === 'queue') {
    if (held > 0 || lost === 0) {
      parts.push(
        held === 0
          ? `Nothing of it waits any more for ${named(back.name)}`
          : `${plural(held, 'request')} ${held === 1 ? 'waits' : 'wait'} again for ${named(back.name)}`,
      );
    }
  } else {
    parts.push(`${wordsOf(back)} is back`);
    if (held > 0) parts.push(`${plural(held, 'request')} ${held === 1 ? 'waits' : 'wait'} for it again`);
  }
  if (lost > 0)
    parts.push(`${plural(lost, 'request')} that waited ${lost === 1 ? 'was' : 'were'} deleted meanwhile`);
  const other = kind === 'endpoint' ? 'target' : 'endpoint';
  if (forwardsLater > 0) {
    parts.push(`${plural(forwardsLater, 'forward')} will be back with the ${other}, which is removed`);
  }
  if (forwardsGone > 0) {
    const why =
      kind === 'endpoint'
        ? 'the target is gone, or another one answers by now'
        : 'the endpoint is gone or forwards otherwise by now';
    parts.push(`${plural(forwardsGone, 'forward')} cannot come back: ${why}`);
  }
  return parts.join('; ');
}

export class Discarding {
  /** When what can be brought back was removed, by the number of its removal, the latest last. */
  #kept = $state.raw<ReadonlyMap<number, number>>(new Map());
  /** Rises when something was removed or brought back. */
  changes = $state(0);
  readonly #under = new Set<number>();
  #note: { key: number; id: number } | null = null;
  readonly #bench: Workbench;

  constructor(bench: Workbench) {
    this.#bench = bench;
  }

  /** What was removed last and can be brought back, and when. */
  get last(): { id: number; at: number } | null {
    const last = [...this.#kept].at(-1);
    return last === undefined ? null : { id: last[0], at: last[1] };
  }

  async endpoint(id: string): Promise<void> {
    const { host, around } = this.#bench;
    const path = around.endpoints.find((one) => one.id === id)?.path ?? '';
    const removed = await host.call('remove_endpoint', { id });
    await this.#removed(`The endpoint ${named(path)} is removed`, removed.id);
  }

  async secret(id: string, name: string): Promise<void> {
    const removed = await this.#bench.host.call('remove_secret', { id });
    await this.#removed(`The secret ${quoted(name)} is removed`, removed.id);
  }

  async target(id: string): Promise<void> {
    const { host, around } = this.#bench;
    const name = around.targets.find((one) => one.id === id)?.name ?? '';
    const forwards = around.endpoints
      .flatMap((one) => one.forwards)
      .filter((one) => one.target === id).length;
    const waiting = around.heldFor(id);
    const removed = await host.call('remove_target', { id });
    const beside = [
      ...(forwards > 0 ? [plural(forwards, 'forward')] : []),
      ...(waiting > 0 ? [`${plural(waiting, 'request')} that waited`] : []),
    ].join(' and ');
    const withWhat = beside === '' ? '' : `, with ${beside}`;
    await this.#removed(`The target ${named(name)} is removed${withWhat}`, removed.id);
  }

  async filter(name: string): Promise<void> {
    const removed = await this.#bench.host.call('remove_filter', { name });
    await this.#removed(`The filter ${quoted(name)} is removed`, removed.id);
  }

  async held(number: number, target: string): Promise<void> {
    const removed = await this.#bench.host.call('drop_held', { number });
    await this.#removed(`1 request no longer waits for ${named(target)}`, removed.id);
  }

  async queue(id: string, target: string): Promise<void> {
    const dropped = await this.#bench.host.call('drop_queue', { id });
    const no = dropped.requests === 1 ? 'no longer waits' : 'no longer wait';
    await this.#removed(`${plural(dropped.requests, 'request')} ${no} for ${named(target)}`, dropped.id);
  }

  /** Brings back what was removed; says what came of it. Throws an `ApiError` where it cannot be. */
  async bringBack(id: number): Promise<string> {
    const back = await this.#bench.host.call('bring_back', { id });
    this.#forget(id);
    await this.#readAgain();
    return sentenceOf(back);
  }

  /** The same with notes of how it went. */
  async undo(id: number): Promise<void> {
    if (this.#under.has(id)) return;
    this.#under.add(id);
    const { notes } = this.#bench;
    try {
      notes.done(await this.bringBack(id));
    } catch (thrown) {
      notes.failed('It was not brought back', thrown);
    } finally {
      this.#under.delete(id);
    }
  }

  /** Removes for good all that could still be brought back. */
  async purge(): Promise<void> {
    await this.#bench.host.call('purge_discards', {});
    for (const id of this.#kept.keys()) this.#forget(id);
    this.changes += 1;
  }

  async #removed(words: string, id: number): Promise<void> {
    const { notes } = this.#bench;
    // There is one note at a time, and it speaks of the latest; the key and the settings know the others.
    this.#dismiss();
    const key = notes.offered(words, { title: 'Undo', run: () => void this.undo(id) });
    this.#note = { key, id };
    this.#kept = new Map([...this.#kept, [id, Date.now()]]);
    setTimeout(() => {
      this.#forget(id);
    }, UNDOABLE);
    await this.#readAgain();
  }

  #forget(id: number): void {
    this.#kept = new Map([...this.#kept].filter(([known]) => known !== id));
    if (this.#note?.id === id) this.#dismiss();
  }

  #dismiss(): void {
    if (this.#note !== null) this.#bench.notes.dismiss(this.#note.key);
    this.#note = null;
  }

  /** It is done, whatever comes of reading it: the feed says the same once more. */
  async #readAgain(): Promise<void> {
    const { around, saved } = this.#bench;
    this.changes += 1;
    await Promise.all([around.loadEndpoints(), saved.load()]).catch(() => undefined);
  }
}
