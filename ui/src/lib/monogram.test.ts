import { expect, it } from 'vitest';
import { monogram } from './monogram';

it.each([
  ['GitHub', 'GH'],
  ['Stripe', 'St'],
  ['Standard Webhooks', 'SW'],
  ['AWS SNS', 'AS'],
  ['LINE', 'LI'],
  ['X', 'X'],
  ['monday.com', 'MC'],
  ['Ärzte', 'Är'],
  ['', ''],
  ['<…>', ''],
])('%s is marked %s', (name, mark) => {
  expect(monogram(name), 'the first letters of its words, or of its one word').toBe(mark);
});
