/** The orders the list can be put in, as data: the heads of its columns, the View menu and the palette read this one. */
import { type Arrangement, type Grouping, PLAIN, type SortKey } from './arrange';

export interface Order {
  title: string;
  /** What stands at the top where it falls, and where it rises. */
  falling: string;
  rising: string;
  /** Which of them whoever asks for it for the first time is after. */
  begins: 'falling' | 'rising';
}

const words = (title: string): Order => ({ title, falling: 'Z to A', rising: 'A to Z', begins: 'rising' });

export const ORDERS: Record<SortKey, Order> = {
  time: { title: 'Time', falling: 'newest first', rising: 'oldest first', begins: 'falling' },
  verdict: { title: 'Verdict', falling: 'valid first', rising: 'failed first', begins: 'rising' },
  method: words('Method'),
  path: words('Path'),
  provider: words('Provider'),
  event: words('Event'),
  delivery: words('Delivery id'),
  status: { title: 'Status', falling: 'highest first', rising: 'lowest first', begins: 'rising' },
  answer: { title: 'Answered in', falling: 'slowest first', rising: 'quickest first', begins: 'falling' },
  size: { title: 'Size', falling: 'largest first', rising: 'smallest first', begins: 'falling' },
  took: { title: 'Took', falling: 'slowest first', rising: 'quickest first', begins: 'falling' },
};

export const SORT_KEYS = Object.keys(ORDERS) as SortKey[];

export const GROUPS: Record<Grouping, string> = { endpoint: 'by endpoint', delivery: 'by delivery id' };

/** The arrangement with another order; the one that is there already is turned round. */
export function sortedBy(arrangement: Arrangement, key: SortKey): Arrangement {
  const now = arrangement.sort ?? 'time';
  const falling = key === now ? !arrangement.falling : ORDERS[key].begins === 'falling';
  const arrival = key === 'time' && falling;
  return { ...arrangement, sort: arrival ? PLAIN.sort : key, falling };
}

/** What stands at the top, in two words. */
export function topOf({ sort, falling }: Arrangement): string {
  return ORDERS[sort ?? 'time'][falling ? 'falling' : 'rising'];
}

/** What the list is, for those who hear it. */
export function orderSentence(arrangement: Arrangement): string {
  const { sort, group } = arrangement;
  const by = sort === null || sort === 'time' ? '' : ` by ${ORDERS[sort].title.toLowerCase()}`;
  const groups = group === null ? '' : `, in groups ${GROUPS[group]}`;
  return `Requests${by}, ${topOf(arrangement)}${groups}`;
}
