/** What is open in the window and how it is divided; remembered where it should be there again tomorrow. */
import type { EndpointView } from '../bindings/EndpointView';
import type { SavedFilterView } from '../bindings/SavedFilterView';
import { isBoolean, isNumber, isString, recall, remember } from '../lib/remember';

export const TABS = ['payload', 'headers', 'signature', 'deliveries', 'raw'] as const;
export type Tab = (typeof TABS)[number];

/** The parts of the endpoint's editor. */
export type EndpointPart = 'general' | 'secrets' | 'answer' | 'forward' | 'faults';
/** Something the person has to agree to before it is sent. */
export interface Question {
  code: string;
  message: string;
  hint: string | null;
  url: string;
}

interface Asking {
  kind: 'confirm';
  question: Question;
  answer: (agreed: boolean) => void;
  /** What it comes to. */
  answered: Promise<boolean>;
}

export type Dialog =
  | { kind: 'keys' }
  | { kind: 'sample' }
  | { kind: 'port' }
  | { kind: 'expose' }
  | { kind: 'resend' }
  | { kind: 'startOver' }
  | { kind: 'deleteMatching'; filter: string }
  | { kind: 'saveFilter' }
  | { kind: 'saved'; saved: SavedFilterView }
  | { kind: 'drafts' }
  | { kind: 'templates' }
  | { kind: 'importScheme' }
  | { kind: 'export'; chosen: readonly string[] | string }
  | { kind: 'importHar' }
  | { kind: 'sequence'; chosen: readonly string[] | string }
  | { kind: 'runs' }
  | { kind: 'idempotency'; request: string }
  | { kind: 'share'; request: string }
  | { kind: 'compare'; request: string }
  | { kind: 'covered'; what: string | null; then: (() => void) | null }
  | Asking
  | { kind: 'queue'; target: string | null }
  | { kind: 'endpoint'; endpoint: EndpointView | null; path: string; part: EndpointPart }
  | { kind: 'target'; target: string | null; leadsTo?: string };

export type Frame = 'three' | 'two' | 'one';

/** Three panes where they fit, else two with the sidebar as a drawer, else one at a time. */
export function frameFor(width: number): Frame {
  if (width >= 1080) return 'three';
  return width >= 720 ? 'two' : 'one';
}

function isSame(one: Question, other: Question): boolean {
  const host = ({ url }: Question): string => (URL.canParse(url) ? new URL(url).host : url);
  return one.code === other.code && host(one) === host(other);
}

export class View {
  dialog = $state.raw<Dialog | null>(null);
  #quitting = $state(false);
  #palette = $state(false);
  /** What was chosen in the palette is about to be done. */
  #choosing = false;
  /** Questions of sendings that came while something was open whose place they would have taken. */
  #waiting: readonly Asking[] = [];
  /** The section of the settings that is open, while they are. */
  settings = $state<string | null>(null);
  /** What can be done with the request at hand is shown, at a point or beside what has the keyboard. */
  menu = $state.raw<{ at: { x: number; y: number } | null } | null>(null);
  tab = $state<Tab>('payload');
  width = $state(1280);
  /** In a narrow window the sidebar is a drawer over the list. */
  drawer = $state(false);
  sidebarShown = $state(recall('sidebar', true, isBoolean));
  sidebarWidth = $state(recall('sidebar.width', 216, isNumber));
  listWidth = $state(recall('list.width', 428, isNumber));
  dockHeight = $state(recall('dock.height', 250, isNumber));
  /** What a request was copied as last. */
  shareFormat = $state(recall('share.format', 'curl', isString));
  /** Rises when the filter box should take the keyboard. */
  filterWanted = $state(0);
  /** What `filterWanted` was when the filter box took the keyboard last. */
  filterGiven = 0;
  /** Rises when the active row should be brought into sight and take the keyboard. */
  rowWanted = $state(0);
  /** A place of the list that should be brought into sight, whether its row is held or not. */
  placeWanted = $state.raw({ place: -1 });
  /** How many rows of the list are in sight. */
  pageRows = 20;

  get frame(): Frame {
    return frameFor(this.width);
  }

  /** Whether to quit is asked over whatever dialog is open: what is under way in it is there again after a no. */
  get quitting(): boolean {
    return this.#quitting;
  }

  set quitting(quitting: boolean) {
    this.#quitting = quitting;
    this.#askNext();
  }

  /** The palette is over whatever dialog is open: what was typed there, or is under way, is there again without a choice. */
  get palette(): boolean {
    return this.#palette;
  }

  set palette(open: boolean) {
    this.#palette = open;
    this.drawer &&= !open;
    this.#askNext();
  }

  /**
   * Closes the palette for what was chosen there. A question that waits is asked once that is done: what closes what is
   * open would be its answer.
   */
  choose(run: () => void): void {
    this.#choosing = true;
    this.palette = false;
    // After the palette has given the keyboard back, so that what is run may take it.
    setTimeout(() => {
      try {
        run();
      } finally {
        this.#choosing = false;
        this.#askNext();
      }
    });
  }

  open(dialog: Dialog): void {
    if (this.dialog?.kind === 'confirm') this.#waiting = [this.dialog, ...this.#waiting];
    this.dialog = dialog;
    this.drawer = false;
  }

  /**
   * Closes what the person opened; where `dialog` is given, only that one and nothing that is open by now. A question of
   * a sending stays: only an answer closes it, or it would be a no of somebody who never read it.
   */
  close(dialog = this.dialog): void {
    if (dialog !== this.dialog || dialog?.kind === 'confirm') return;
    this.dialog = null;
    this.#askNext();
  }

  /**
   * Asks for consent once nothing else is open: it is nothing that the person began just now. What several sendings ask of
   * one host is asked once.
   */
  ask(question: Question): Promise<boolean> {
    const same = [this.dialog, ...this.#waiting].find(
      (asked): asked is Asking => asked?.kind === 'confirm' && isSame(asked.question, question),
    );
    if (same !== undefined) return same.answered;
    let resolve: Asking['answer'] = () => undefined;
    const answered = new Promise<boolean>((answer) => {
      resolve = answer;
    });
    const asking: Asking = {
      kind: 'confirm',
      question,
      answered,
      answer: (agreed) => {
        resolve(agreed);
        this.#waiting = this.#waiting.filter((one) => one !== asking);
        if (this.dialog === asking) this.dialog = null;
        this.#askNext();
      },
    };
    this.#waiting = [...this.#waiting, asking];
    this.#askNext();
    return answered;
  }

  #askNext(): void {
    const [next, ...others] = this.#waiting;
    const busy = this.dialog !== null || this.#quitting || this.#palette || this.#choosing;
    if (next === undefined || busy) return;
    this.#waiting = others;
    this.open(next);
  }

  /** Opens the settings, which take the place of the panes; the first section unless one is named. */
  openSettings(section = ''): void {
    this.settings = section;
    this.close();
    this.drawer = false;
  }

  closeSettings(): void {
    this.settings = null;
  }

  resizeSidebar(width: number): void {
    this.sidebarWidth = Math.round(Math.min(360, Math.max(160, width)));
    remember('sidebar.width', this.sidebarWidth);
  }

  resizeList(width: number): void {
    this.listWidth = Math.round(Math.min(900, Math.max(260, width)));
    remember('list.width', this.listWidth);
  }

  resizeDock(height: number): void {
    this.dockHeight = Math.round(Math.min(600, Math.max(90, height)));
    remember('dock.height', this.dockHeight);
  }

  toggleSidebar(): void {
    if (this.frame === 'three') {
      this.sidebarShown = !this.sidebarShown;
      remember('sidebar', this.sidebarShown);
    } else this.drawer = !this.drawer;
  }

  rememberFormat(word: string): void {
    this.shareFormat = word;
    remember('share.format', word);
  }
}
