/** Limits as people write them: `25 MiB`, `10 s`, `2 min`. */
import type { LimitView } from '../bindings/LimitView';
import { count } from './format';

type Form = Pick<LimitView, 'unit' | 'least' | 'most'>;

const BYTES: Record<string, number> = {
  '': 1,
  b: 1,
  kb: 1e3,
  kib: 1024,
  mb: 1e6,
  mib: 1024 ** 2,
  gb: 1e9,
  gib: 1024 ** 3,
};
const SECONDS: Record<string, number> = { '': 1, s: 1, m: 60, min: 60, h: 3600 };

/** The largest unit that divides it. */
function inUnits(value: number, units: readonly (readonly [string, number])[]): string {
  const [name, times] = units.find(([, size]) => value >= size && value % size === 0) ?? ['', 1];
  return `${count(value / times)} ${name}`.trim();
}

export function limitText({ unit }: Form, value: number): string {
  switch (unit) {
    case 'bytes':
    case 'bytes_per_second': {
      const text = inUnits(value, [
        ['GiB', 1024 ** 3],
        ['MiB', 1024 ** 2],
        ['KiB', 1024],
        ['B', 1],
      ]);
      return unit === 'bytes' ? text : `${text}/s`;
    }
    case 'seconds':
      return inUnits(value, [
        ['h', 3600],
        ['min', 60],
        ['s', 1],
      ]);
    case 'count':
      return count(value);
  }
}

/** The number that was written; null where it is none or out of bounds. */
export function limitOf({ unit, least, most }: Form, text: string): number | null {
  const found = /^([\d.,\s]*\d)\s*([a-z]*)(\/s)?$/i.exec(text.trim());
  if (found === null || (found[3] !== undefined && unit !== 'bytes_per_second')) return null;
  const number = Number((found[1] ?? '').replace(/[,\s]/g, ''));
  const units = unit === 'seconds' ? SECONDS : unit === 'count' ? { '': 1 } : BYTES;
  const times = (units as Record<string, number>)[(found[2] ?? '').toLowerCase()];
  if (times === undefined) return null;
  const value = number * times;
  return Number.isInteger(value) && value >= least && value <= most ? value : null;
}
