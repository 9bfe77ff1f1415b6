import { expect, test } from '../harness/bench';

const themeOf = (): string | undefined => document.documentElement.dataset['theme'];

test('the theme follows the desktop until one is chosen, and that is remembered', async ({ bench }) => {
  const { page } = bench;
  await expect.poll(() => page.evaluate(themeOf)).toBe('light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(() => page.evaluate(themeOf)).toBe('dark');
  const kept = page.waitForResponse('**/api/call/save_settings');
  await bench.at('theme').click();
  await expect.poll(() => page.evaluate(themeOf)).toBe('light');
  await kept;
  await page.reload();
  await expect.poll(() => bench.at('theme').getAttribute('aria-label')).toContain('light');
  expect(await page.evaluate(themeOf)).toBe('light');
  await bench.at('theme').click();
  await expect.poll(() => page.evaluate(themeOf)).toBe('dark');
});
