import { afterEach, expect, test, vi } from 'vitest';
import { zoned } from './format';

afterEach(() => {
  vi.unstubAllEnvs();
});

const at = (instant: string): number => Date.parse(instant) * 1000;

test('an hour that comes twice is told apart by its distance to UTC', () => {
  vi.stubEnv('TZ', 'Europe/Berlin');
  expect(zoned(at('2026-10-25T00:30:00Z'))).toBe(
    '2026-10-25 02:30:00.000 +02:00, 2026-10-25T00:30:00.000000Z',
  );
  expect(zoned(at('2026-10-25T01:30:00Z'))).toBe(
    '2026-10-25 02:30:00.000 +01:00, 2026-10-25T01:30:00.000000Z',
  );
});

test('an hour that never is has no name', () => {
  vi.stubEnv('TZ', 'Europe/Berlin');
  expect(zoned(at('2026-03-29T00:59:59Z'))).toContain('01:59:59.000 +01:00');
  expect(zoned(at('2026-03-29T01:00:00Z'))).toContain('03:00:00.000 +02:00');
});

test('zones west of Greenwich and of half an hour are right', () => {
  vi.stubEnv('TZ', 'America/St_Johns');
  expect(zoned(at('2026-01-01T00:00:00Z'))).toContain('2025-12-31 20:30:00.000 −03:30');
});
