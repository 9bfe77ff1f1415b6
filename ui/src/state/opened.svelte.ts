/** One open request: what is known of it, its bytes by range, and what was sent of it. */
import type { ApiError } from '../bindings/ApiError';
import type { AttemptView } from '../bindings/AttemptView';
import type { ByteSource } from '../bindings/ByteSource';
import type { DeliveryView } from '../bindings/DeliveryView';
import type { DiagnosisView } from '../bindings/DiagnosisView';
import type { RemedyApplied } from '../bindings/RemedyApplied';
import type { RequestDetail } from '../bindings/RequestDetail';
import type { RequestRow } from '../bindings/RequestRow';
import type { SignatureView } from '../bindings/SignatureView';
import { asApiError, type Host } from '../host';
import { type ByteReader, ChunkedReader } from '../lib/bytes';

/** A sending that is under way. */
export interface Sending {
  key: number;
  kind: 'resend' | 'edited';
  url: string;
  /** By which it can be cancelled. */
  ticket: string;
  startedAt: number;
}

export class OpenRequest {
  readonly id: string;
  /** What the list knew, so that the head of the pane is there at once. */
  row = $state.raw<RequestRow | null>(null);
  detail = $state.raw<RequestDetail | null>(null);
  error = $state.raw<ApiError | null>(null);
  deliveries = $state.raw<readonly DeliveryView[]>([]);
  deliveriesError = $state.raw<ApiError | null>(null);
  sending = $state.raw<readonly Sending[]>([]);
  /** The delivery whose answer is looked at. */
  shownDelivery = $state<string | null>(null);
  /** Why its signature does not hold; looked for where that is asked. */
  diagnosis = $state.raw<DiagnosisView | null>(null);
  diagnosisError = $state.raw<ApiError | null>(null);
  /** Rises when what was found is not to be relied on any more, since secrets or endpoints are others. */
  diagnosisRound = $state(0);
  #diagnosing = -1;
  /** What was done about its signature here and can be undone. */
  applied = $state.raw<RemedyApplied | null>(null);
  readonly #host: Host;
  readonly #readers = new Map<string, ByteReader>();
  /** Once what the list knew of it is on the screen. */
  readonly #begun: Promise<void>;

  constructor(host: Host, id: string, row: RequestRow | undefined, begun = Promise.resolve()) {
    this.#host = host;
    this.#begun = begun;
    this.id = id;
    this.row = row ?? null;
  }

  async load(): Promise<void> {
    await Promise.all([this.loadDetail(), this.loadDeliveries()]);
  }

  async loadDetail(): Promise<void> {
    try {
      const before = this.detail?.signature;
      // To show all of it takes many times as long as to mark its row: whoever chose it sees that first.
      const [detail] = await Promise.all([this.#host.call('request', { id: this.id }), this.#begun]);
      this.detail = detail;
      if (before !== undefined && !sameCheck(before, this.detail.signature)) this.forgetDiagnosis();
      this.row = this.detail.row;
      this.error = null;
    } catch (thrown) {
      this.error = asApiError(thrown);
    }
  }

  async loadDeliveries(): Promise<void> {
    try {
      this.deliveries = newestFirst(await this.#host.call('deliveries', { request: this.id }));
      this.deliveriesError = null;
      if (!this.deliveries.some((delivery) => delivery.id === this.shownDelivery)) {
        this.shownDelivery = this.deliveries[0]?.id ?? null;
      }
    } catch (thrown) {
      this.deliveriesError = asApiError(thrown);
    }
  }

  /** Looks for the cause, once in a round; a search can take seconds and is not repeated without need. */
  async diagnose(): Promise<void> {
    const round = this.diagnosisRound;
    if (this.#diagnosing === round) return;
    this.#diagnosing = round;
    try {
      const found = await this.#host.call('diagnose', { id: this.id });
      if (round === this.diagnosisRound) this.diagnosis = found;
    } catch (thrown) {
      if (round === this.diagnosisRound) this.diagnosisError = asApiError(thrown);
    }
  }

  /** Forgets the diagnosis; whoever shows it asks for it anew. */
  forgetDiagnosis(): void {
    this.diagnosis = null;
    this.diagnosisError = null;
    this.diagnosisRound += 1;
  }

  /** Does what the diagnosis offers. */
  async applyRemedy(kind: string): Promise<void> {
    this.applied = await this.#host.call('apply_remedy', { id: this.id, kind });
    await this.loadDetail();
  }

  /** Keeps a scheme that was found and checks by it from now on. */
  async adoptScheme(toml: string, secret: string): Promise<void> {
    this.applied = await this.#host.call('adopt_scheme', {
      id: this.id,
      toml,
      replaces: null,
      secret,
    });
    await this.loadDetail();
  }

  /** Takes back what was done last. */
  async undoApplied(): Promise<void> {
    if (this.applied === null) return;
    const { undo } = this.applied;
    this.applied = null;
    await this.#host.call('undo_remedy', { undo });
    await this.loadDetail();
  }

  /** A delivery came back: it stands first and its answer is shown. */
  add(delivery: DeliveryView): void {
    const others = this.deliveries.filter((known) => known.id !== delivery.id);
    this.deliveries = newestFirst([...others, delivery]);
    this.shownDelivery = delivery.id;
  }

  body(): ByteReader {
    return this.#reader('request_body', this.id, this.detail?.row.bodyLength ?? 0);
  }

  /** The body with its content coding undone; empty where it has none. */
  unpacked(): ByteReader {
    return this.#reader('request_unpacked', this.id, this.detail?.unpacked?.length ?? 0);
  }

  head(): ByteReader {
    return this.#reader('request_head', this.id, this.detail?.headLength ?? 0);
  }

  /** What we answered, head and body, where those bytes were kept. */
  answer(): ByteReader | null {
    const length = this.detail?.answer?.length ?? 0;
    return length === 0 ? null : this.#reader('request_answer', this.id, length);
  }

  answerBody(attempt: AttemptView): ByteReader {
    return this.#reader('attempt_body', attempt.id, attempt.bodyLength);
  }

  #reader(source: ByteSource, id: string, length: number): ByteReader {
    const key = `${source} ${id} ${length}`;
    let reader = this.#readers.get(key);
    if (reader === undefined) {
      reader = new ChunkedReader(length, (offset, wanted) =>
        this.#host.readBytes({ source, id, offset, length: wanted }),
      );
      this.#readers.set(key, reader);
    }
    return reader;
  }
}

/** What is said of now. */
const OF_NOW = new Set(['withinNow', 'ageNow', 'verdictNow']);

/** Whether two checks came out the same; what is said of now does not count, it changes by itself. */
function sameCheck(one: SignatureView, other: SignatureView): boolean {
  const told = (key: string, value: unknown): unknown => (OF_NOW.has(key) ? undefined : value);
  return JSON.stringify(one, told) === JSON.stringify(other, told);
}

function newestFirst(deliveries: readonly DeliveryView[]): DeliveryView[] {
  return [...deliveries].sort((one, other) => other.createdAt - one.createdAt);
}
