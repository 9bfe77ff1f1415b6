/** How much the interface weighs before the editor is opened, packed as a server would send it. */
import { expect, test } from '../harness/bench';

test('at most 250 kB are loaded before the editor is opened', async ({ bench }) => {
  const weights = await bench.page.evaluate(async () => {
    const loaded = performance.getEntriesByType('resource').map((entry) => new URL(entry.name));
    const files = [
      new URL('/', location.href),
      ...loaded.filter((one) => one.pathname.startsWith('/assets/')),
    ];
    const weigh = async (file: URL): Promise<[string, number]> => {
      const { body } = await fetch(file);
      const packed = body?.pipeThrough(new CompressionStream('gzip'));
      return [file.pathname, (await new Response(packed).arrayBuffer()).byteLength];
    };
    return Promise.all(files.map(weigh));
  });
  const names = weights.map(([name]) => name).join(' ');
  expect(names, 'the program itself is among them').toMatch(/\/assets\/index-[^ ]+\.js/);
  const total = weights.reduce((sum, [, weight]) => sum + weight, 0);
  expect(total, `together: ${names}`).toBeLessThanOrEqual(250_000);
});
