/**
 * Sending the open request: as it was captured or edited, once more, and what is asked before and shown meanwhile. A
 * sending is shown with its request from the moment it is asked for until its answer is there.
 */
import type { DeliveryView } from '../bindings/DeliveryView';
import { asApiError } from '../host';
import type { OpenRequest, Sending } from './opened.svelte';
import type { Workbench } from './workbench.svelte';

/** What is chosen for a resend beside its target. */
export interface ResendChoice {
  /** The waits before retries, ms. */
  waits: readonly number[];
  resign: boolean;
}

/** What the person may have to agree to before anything goes to a URL, and the command by which they do. */
const CONSENTS = { confirm_host: 'allow_host', confirm_live: 'allow_live' } as const;

/** The command that agrees to what an error asks for; nothing where it asks for nothing. */
export function consentFor({ code }: { code: string }): 'allow_host' | 'allow_live' | null {
  return Object.hasOwn(CONSENTS, code) ? CONSENTS[code as keyof typeof CONSENTS] : null;
}

/** The person was asked and said no. */
export class Declined extends Error {
  constructor(asked: { message: string }) {
    super(`You did not agree: ${asked.message}`);
  }
}

export class Delivering {
  readonly #bench: Workbench;
  #sendings = 0;
  /** Where something went last, or what was chosen later: what is fallen back to where nothing goes. */
  #settled: string | null = null;
  /** What is under way since that, in the order in which it was asked for. */
  #underWay: readonly { place: string }[] = [];

  constructor(bench: Workbench) {
    this.#bench = bench;
  }

  /** Sends the open request to the chosen target, or asks for one first. */
  async resend(
    url: string | null = this.#bench.around.chosenTarget,
    how: Partial<ResendChoice> = {},
  ): Promise<void> {
    const { around, host, view } = this.#bench;
    const opened = this.#bench.openAtHand();
    if (opened === null) return;
    if (url === null) {
      view.open({ kind: 'resend' });
      return;
    }
    const ticket = crypto.randomUUID();
    const target = around.targetAt(url)?.id ?? null;
    const { waits = [], resign = false } = how;
    const what = { kind: 'resend', url, ticket } as const;
    await this.#send(opened, what, url, () =>
      host.call('resend', { request: opened.id, url, target, ticket, waits: [...waits], resign }),
    );
  }

  /** Sends the edited copy that is open. */
  async sendDraft(): Promise<void> {
    const { around, draft, editing, host, opened } = this.#bench;
    if (draft === null || opened === null || draft.problem !== null) return;
    editing.keep();
    const ticket = crypto.randomUUID();
    const { url } = draft;
    const place = around.targetFor(url)?.url ?? new URL(url).origin;
    await this.#send(opened, { kind: 'edited', url, ticket }, place, () =>
      host.call('replay', editing.replay(draft, ticket)),
    );
  }

  /** One more attempt of a delivery, whatever its schedule says. */
  async tryAgain(delivery: DeliveryView): Promise<void> {
    await this.#delivered('It was not tried again', delivery.url, () =>
      this.#bench.host.call('try_again', { id: delivery.id }),
    );
  }

  /** The same bytes once more, as another delivery. */
  async sendAgain(delivery: DeliveryView): Promise<void> {
    await this.#delivered('It was not sent again', delivery.url, () =>
      this.#bench.host.call('send_again', { delivery: delivery.id, ticket: null }),
    );
  }

  async stopRetries(delivery: DeliveryView): Promise<void> {
    await this.#delivered('Its retries could not be stopped', delivery.url, () =>
      this.#bench.host.call('stop_retries', { id: delivery.id }),
    );
  }

  /** Ends what is under way by this ticket; what had come by then is kept. */
  async cancel(ticket: string): Promise<void> {
    try {
      // What was asked for a moment ago may not be known there yet.
      while (!(await this.#bench.host.call('cancel_sending', { ticket })).done && this.#isSending(ticket)) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    } catch (thrown) {
      this.#bench.notes.failed('It could not be cancelled', thrown);
    }
  }

  /** Sends; where the person has to agree first, asks, and sends again once they have. */
  async asking<T>(url: string, send: () => Promise<T>): Promise<T> {
    const { host, view } = this.#bench;
    for (;;) {
      try {
        return await send();
      } catch (thrown) {
        const error = asApiError(thrown);
        const consent = consentFor(error);
        if (consent === null) throw thrown;
        if (!(await view.ask({ ...error, url }))) throw new Declined(error);
        await host.call(consent, { url });
      }
    }
  }

  async #send(
    opened: OpenRequest,
    what: Pick<Sending, 'kind' | 'url' | 'ticket'>,
    place: string,
    send: () => Promise<DeliveryView>,
  ): Promise<void> {
    const { notes } = this.#bench;
    const key = ++this.#sendings;
    const remembering = (): Promise<DeliveryView> => this.#remembering(place, send);
    opened.sending = [{ key, ...what, startedAt: Date.now() }, ...opened.sending];
    try {
      const delivery = await this.asking(what.url, remembering);
      opened.add(delivery);
      notes.speak('The answer is there');
    } catch (thrown) {
      notes.failed(what.kind === 'resend' ? 'It was not sent again' : 'The edited copy was not sent', thrown);
    } finally {
      opened.sending = opened.sending.filter((sending) => sending.key !== key);
    }
  }

  /**
   * What is sent until the answer is there goes to the same place; but not where nothing goes, nor while the person is asked
   * whether it may. Several may be under way at once, and each may come to nothing.
   */
  async #remembering(place: string, send: () => Promise<DeliveryView>): Promise<DeliveryView> {
    const { around } = this.#bench;
    const chosen = around.settings?.lastTarget ?? null;
    if (!this.#underWay.some((one) => one.place === chosen)) [this.#settled, this.#underWay] = [chosen, []];
    const mine = { place };
    this.#underWay = [...this.#underWay, mine];
    this.#rememberTarget(place);
    try {
      const delivery = await send();
      if (this.#underWay.includes(mine)) this.#settled = place;
      return delivery;
    } catch (thrown) {
      const other = this.#underWay.findLast((one) => one !== mine);
      if (around.settings?.lastTarget === place) this.#rememberTarget(other?.place ?? this.#settled);
      throw thrown;
    } finally {
      this.#underWay = this.#underWay.filter((one) => one !== mine);
    }
  }

  async #delivered(what: string, url: string, send: () => Promise<DeliveryView>): Promise<void> {
    try {
      const delivery = await this.asking(url, send);
      const { opened } = this.#bench;
      if (opened?.id === delivery.request) opened.add(delivery);
    } catch (thrown) {
      this.#bench.notes.failed(what, thrown);
    }
  }

  #isSending(ticket: string): boolean {
    return this.#bench.opened?.sending.some((sending) => sending.ticket === ticket) ?? false;
  }

  #rememberTarget(url: string | null): void {
    const { around } = this.#bench;
    if (around.settings?.lastTarget === url) return;
    around.saveSettings({ lastTarget: url }).catch(() => undefined);
  }
}
