/** Numbers and times for the eye. Times come in µs since the epoch, durations in µs, lengths in bytes. */

const whole = new Intl.NumberFormat('en-GB');

export function count(value: number): string {
  return whole.format(value);
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** `214 B`, `2.6 KB`, `9.1 MB`: powers of 1,000, never more than three digits before the unit. */
export function size(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const units = ['KB', 'MB', 'GB', 'TB'];
  let value = bytes / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `340 µs`, `3 ms`, `1.24 s`, `2 min 5 s`. */
export function duration(micros: number): string {
  if (micros < 1000) return `${Math.round(micros)} µs`;
  if (micros < 10_000) return `${(micros / 1000).toFixed(1)} ms`;
  if (micros < 999_500) return `${Math.round(micros / 1000)} ms`;
  if (micros < 60_000_000) return `${(micros / 1_000_000).toFixed(2)} s`;
  const seconds = Math.round(micros / 1_000_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/** The local time of day, `12:04:11`. */
export function clock(micros: number): string {
  const date = new Date(micros / 1000);
  return `${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/** With its milliseconds, `12:04:11.482`. */
export function exactClock(micros: number): string {
  return `${clock(micros)}.${pad(Math.floor(micros / 1000) % 1000, 3)}`;
}

/** The local day and time, the day only where it is not today. */
export function moment(micros: number, now: number = Date.now()): string {
  const date = new Date(micros / 1000);
  if (date.toDateString() === new Date(now).toDateString()) return exactClock(micros);
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${exactClock(micros)}`;
}

/** The exact instant in UTC with all its microseconds, RFC 3339. */
export function instant(micros: number): string {
  const date = new Date(Math.floor(micros / 1000));
  return `${date.toISOString().slice(0, 19)}.${pad(((micros % 1_000_000) + 1_000_000) % 1_000_000, 6)}Z`;
}

/**
 * The local day and time with its distance to UTC, and the same instant in UTC: an hour that comes twice, when clocks go
 * back, is told apart.
 */
export function zoned(micros: number): string {
  const date = new Date(Math.floor(micros / 1000));
  const ahead = -date.getTimezoneOffset();
  const offset = `${pad(Math.floor(Math.abs(ahead) / 60))}:${pad(Math.abs(ahead) % 60)}`;
  const day = `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;
  return `${day} ${exactClock(micros)} ${ahead < 0 ? '−' : '+'}${offset}, ${instant(micros)}`;
}
