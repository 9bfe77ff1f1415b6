import { defineConfig } from 'vitest/config';

// One browser for all; each test has a program, a folder and a browser context of its own.
export default defineConfig({
  test: {
    globalSetup: 'harness/browser.ts',
    include: ['flows/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
