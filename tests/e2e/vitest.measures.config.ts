import { defineConfig } from 'vitest/config';

// Measurements, run by hand (`npm run measure`): one at a time, on a machine that does nothing else.
export default defineConfig({
  test: {
    globalSetup: 'harness/browser.ts',
    include: ['measures/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 1,
    isolate: false,
    fileParallelism: false,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
