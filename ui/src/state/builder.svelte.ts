/**
 * A scheme that is being made: its file, the form over it, and how it stands on what was captured. Whatever is typed is
 * looked at a moment later; an answer to what was typed before is dropped, and a test of it goes no further.
 */
import type { ApiError } from '../bindings/ApiError';
import type { OwnSchemeView } from '../bindings/OwnSchemeView';
import type { RequestRow } from '../bindings/RequestRow';
import type { SchemeFaultView } from '../bindings/SchemeFaultView';
import type { SchemeFormView } from '../bindings/SchemeFormView';
import type { SchemeReadingView } from '../bindings/SchemeReadingView';
import type { TrialSecret } from '../bindings/TrialSecret';
import type { TriedOther } from '../bindings/TriedOther';
import type { TriedView } from '../bindings/TriedView';
import { asApiError, type Host } from '../host';

/** Milliseconds without a key before what was typed is looked at. */
const PAUSE = 220;
/** So many requests are tested by themselves; more where that is asked for. */
const TESTED = 200;
const LOOKED = 2000;
/** Requests that can be chosen from. */
const OFFERED = 60;
/** Failures that are named. */
const NAMED = 20;

/** How the scheme stands on all requests that came to the same endpoint. */
export interface Tested {
  valid: number;
  of: number;
  others: readonly TriedOther[];
  looked: number;
  /** Where it would go on; nothing where all were looked through. */
  next: number | null;
}

/** What a scheme begins with. */
export interface Beginning {
  reading: SchemeReadingView;
  /** The own scheme that it takes the place of. */
  replaces?: OwnSchemeView | null;
  /** The request that it is tried on first. */
  request?: RequestRow | null;
  secret?: string;
  /** Whether the endpoint of a request has a secret; where none has, one is typed. */
  hasSecret?: (row: RequestRow) => boolean;
  /** Whether it differs from what is kept before anybody typed. */
  fresh: boolean;
}

export class SchemeBuilder {
  readonly replaces: OwnSchemeView | null;
  /** The last file that was right, or the text that is written as TOML. */
  toml = $state('');
  form = $state<SchemeFormView | null>(null);
  fault = $state.raw<SchemeFaultView | null>(null);
  face = $state<'form' | 'toml'>('form');
  changed = $state(false);
  /** The requests that can be chosen from, newest first. */
  requests = $state.raw<readonly RequestRow[]>([]);
  request = $state<string | null>(null);
  /** Where the secret comes from: `endpoint`, `typed` or the id of a stored one. */
  secretFrom = $state('endpoint');
  typed = $state('');
  /** The places that the request has. */
  places = $state.raw<readonly string[]>([]);
  tried = $state.raw<TriedView | null>(null);
  problem = $state.raw<ApiError | null>(null);
  trying = $state(false);
  tested = $state.raw<Tested | null>(null);
  testing = $state(false);
  /** Whether the endpoint of the request shall be checked by it. */
  adopts = $state(false);
  readonly #host: Host;
  readonly #hasSecret: (row: RequestRow) => boolean;
  /** Rises with all that is typed or chosen: an answer to what was there before is dropped. */
  #turn = 0;
  /** Rises where what was read of requests is forgotten: what was asked for before is not taken any more. */
  #reading = 0;
  #waiting: ReturnType<typeof setTimeout> | undefined;
  #gone = false;

  constructor(host: Host, beginning: Beginning) {
    const {
      reading,
      replaces = null,
      request = null,
      secret = '',
      hasSecret = () => true,
      fresh,
    } = beginning;
    this.#host = host;
    this.#hasSecret = hasSecret;
    this.replaces = replaces;
    this.toml = reading.toml;
    this.form = reading.form;
    this.fault = reading.fault;
    this.changed = fresh;
    this.request = request?.id ?? null;
    this.requests = request === null ? [] : [request];
    this.adopts = request !== null;
    this.typed = secret;
    if (secret !== '') this.secretFrom = 'typed';
    if (reading.form === null) this.face = 'toml';
  }

  /** Whether it could be kept as it is. */
  get right(): boolean {
    return this.fault === null && !this.trying;
  }

  /** The request that it is tried on. */
  get row(): RequestRow | undefined {
    return this.requests.find((row) => row.id === this.request);
  }

  get secret(): TrialSecret {
    // With nothing typed yet, what the endpoint has says at least that something is wanted.
    if (this.secretFrom === 'endpoint' || (this.secretFrom === 'typed' && this.typed === ''))
      return { from: 'endpoint' };
    if (this.secretFrom === 'typed') return { from: 'typed', value: this.typed };
    return { from: 'stored', id: this.secretFrom };
  }

  /** Asks for requests to try it on, and tries it. */
  async begin(): Promise<void> {
    const reading = this.#reading;
    try {
      const page = await this.#host.call('list_requests', {
        before: null,
        after: null,
        skip: 0,
        limit: OFFERED,
        filter: 'is:complete',
      });
      if (reading !== this.#reading) return;
      const chosen = this.row;
      const others = page.rows.filter((row) => row.id !== chosen?.id);
      const same = (row: RequestRow): boolean => chosen !== undefined && placeOf(row) === placeOf(chosen);
      // Those of the same endpoint first: they are what it is made for.
      this.requests = [
        ...(chosen === undefined ? [] : [chosen]),
        ...others.filter(same),
        ...others.filter((row) => !same(row)),
      ];
      this.request ??= this.#likeliest()?.id ?? null;
      const { row } = this;
      if (row !== undefined && this.secretFrom === 'endpoint' && !this.#hasSecret(row))
        this.secretFrom = 'typed';
    } catch (thrown) {
      if (reading !== this.#reading) return;
      this.problem = asApiError(thrown);
    }
    // What was typed meanwhile is looked at now.
    clearTimeout(this.#waiting);
    await Promise.all([this.#findPlaces(), this.#look(++this.#turn)]);
  }

  #likeliest(): RequestRow | undefined {
    const kept = this.replaces;
    return (
      this.requests.find((row) => kept !== null && row.provider === kept.id) ??
      this.requests.find((row) => row.endpoint !== null && kept?.usedBy.includes(row.endpoint) === true) ??
      this.requests.find((row) => row.verdict === 'unknown') ??
      this.requests[0]
    );
  }

  /** Something was typed. */
  edited(): void {
    this.changed = true;
    this.#soon();
  }

  /** Another request or secret was chosen. */
  chose(): void {
    this.#soon();
  }

  chooseRequest(id: string): void {
    this.request = id;
    void this.#findPlaces();
    this.#soon();
  }

  write(toml: string): void {
    this.toml = toml;
    this.edited();
  }

  show(face: 'form' | 'toml'): void {
    if (face === 'form' && this.form === null) return;
    this.face = face;
  }

  /** Tests it on all that came to the same endpoint. */
  async testAll(): Promise<void> {
    if (this.tested === null || this.tested.next === null || this.testing) return;
    await this.#test(this.#turn, Infinity);
  }

  /** Stops testing; what was tested stays. */
  stopTesting(): void {
    this.testing = false;
  }

  /** It is not looked at any more. */
  leave(): void {
    this.#gone = true;
    this.#turn += 1;
    this.#reading += 1;
    clearTimeout(this.#waiting);
    this.testing = false;
  }

  /** It is looked at again; what is shown of requests may be masked since, or not any more. */
  async resume(): Promise<void> {
    this.#gone = false;
    await this.renew();
  }

  /** Forgets what was read of requests and reads it anew; what was typed and chosen stays. */
  async renew(): Promise<void> {
    const reading = ++this.#reading;
    this.#turn += 1;
    clearTimeout(this.#waiting);
    const { request } = this;
    let unread: ApiError | null = null;
    this.requests = [];
    this.places = [];
    this.tried = null;
    this.tested = null;
    this.problem = null;
    this.testing = false;
    if (request !== null) {
      try {
        const { row } = await this.#host.call('request', { id: request });
        if (reading !== this.#reading) return;
        this.requests = [row];
      } catch (thrown) {
        if (reading !== this.#reading) return;
        const error = asApiError(thrown);
        // Where it is gone, another one takes its place.
        if (error.code === 'not_found') this.request = null;
        else unread = error;
      }
    }
    await this.begin();
    if (reading === this.#reading && this.row === undefined) this.problem ??= unread;
  }

  #soon(): void {
    const turn = ++this.#turn;
    this.testing = false;
    this.trying = true;
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => void this.#look(turn), PAUSE);
  }

  async #look(turn: number): Promise<void> {
    this.trying = true;
    try {
      const byForm = this.face === 'form' && this.form !== null;
      const form = byForm ? tidy($state.snapshot(this.form) as SchemeFormView) : null;
      const reading = await this.#host.call('read_scheme', { toml: this.toml, form });
      if (turn !== this.#turn) return;
      this.fault = reading.fault;
      this.problem = null;
      if (byForm) {
        if (reading.fault === null) this.toml = reading.toml;
      } else if (reading.form !== null) this.form = reading.form;
      this.tried = null;
      this.tested = null;
      if (reading.fault === null) await this.#try(turn);
    } catch (thrown) {
      if (turn !== this.#turn) return;
      this.problem = asApiError(thrown);
      this.tried = null;
    } finally {
      if (turn === this.#turn) this.trying = false;
    }
  }

  async #try(turn: number): Promise<void> {
    const { request, secret, toml } = this;
    if (request === null) return;
    const tried = await this.#host.call('try_scheme', { toml, request, secret });
    if (turn !== this.#turn) return;
    this.tried = tried;
    this.trying = false;
    this.tested = { valid: 0, of: 0, others: [], looked: 0, next: null };
    await this.#test(turn, TESTED);
  }

  async #test(turn: number, most: number): Promise<void> {
    const { request, secret, toml } = this;
    if (request === null || this.#gone) return;
    this.testing = true;
    try {
      let { tested } = this;
      do {
        const from: number | null = tested?.next ?? null;
        const more = await this.#host.call('try_scheme_on', { toml, request, secret, from });
        if (turn !== this.#turn) return;
        tested = {
          valid: (tested?.valid ?? 0) + more.valid,
          of: (tested?.of ?? 0) + more.of,
          others: [...(tested?.others ?? []), ...more.others].slice(0, NAMED),
          looked: (tested?.looked ?? 0) + more.looked,
          next: more.next,
        };
        this.tested = tested;
      } while (
        this.#mayTest() &&
        tested.next !== null &&
        tested.of < most &&
        (most === Infinity || tested.looked < LOOKED)
      );
    } catch (thrown) {
      if (turn === this.#turn) this.problem = asApiError(thrown);
    } finally {
      if (turn === this.#turn) this.testing = false;
    }
  }

  /** Read anew after each step: the person may have stopped it meanwhile. */
  #mayTest(): boolean {
    return this.testing;
  }

  async #findPlaces(): Promise<void> {
    const { request } = this;
    if (request === null) return;
    try {
      const places = await this.#host.call('scheme_places', { id: request });
      if (request === this.request) this.places = places;
    } catch {
      // They are only offered; what is wrong with the request is said where it is tried.
      if (request === this.request) this.places = [];
    }
  }
}

/** Numbers as the boundary takes them. */
function tidy(form: SchemeFormView): SchemeFormView {
  const whole = (value: number | null): number | null =>
    typeof value === 'number' && Number.isFinite(value) && value >= 0
      ? Math.min(Math.round(value), 0xffff_ffff)
      : null;
  return { ...form, position: whole(form.position), past: whole(form.past), future: whole(form.future) };
}

/** What says that requests belong together: their endpoint, else their path. */
export function placeOf(row: RequestRow): string {
  return row.endpoint ?? row.target.split(/[?#]/)[0] ?? '';
}
