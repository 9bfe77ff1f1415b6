/**
 * The test of this suite: each gets a page on a program of its own. Whatever the page complains of, tries to load from
 * elsewhere or pops up is a failed test, without the test asking.
 */
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';
import { test as base, expect, inject } from 'vitest';
import { serve, type Serving } from './program';

export { expect };
export type { Locator, Page };

let connected: Promise<Browser> | undefined;

export interface Bench {
  page: Page;
  program: Serving;
  /** The base URL of the listener. */
  listener: string;
  /** The element of a test id. */
  at: (id: string, text?: string | RegExp) => Locator;
  /** Waits until an element of this test id shows this text. */
  shows: (id: string, text: string | RegExp) => Promise<void>;
  /** Waits until nothing of this test id is there. */
  gone: (id: string) => Promise<void>;
  /** Opens the row that shows this text. */
  open: (text: string | RegExp) => Promise<void>;
  /** What the page complained of. */
  complaints: readonly string[];
  /** Says that a test provokes complaints of this kind. */
  forgive: (kind: RegExp) => void;
}

interface Settings {
  /** How the browser is set up, and whether the interface is opened at once. */
  look: BrowserContextOptions;
}

export const test = base.extend<Settings & { bench: Bench }>({
  look: {},
  bench: async ({ look }, use) => {
    const program = await serve();
    connected ??= chromium.connect(inject('browser'));
    const browser = await connected;
    const context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      permissions: ['clipboard-read', 'clipboard-write'],
      reducedMotion: 'reduce',
      ...look,
    });
    context.setDefaultTimeout(20_000);
    const page = await context.newPage();
    const complaints = listenTo(page, new URL(program.interface).origin);
    const forgiven: RegExp[] = [];
    const at = (id: string, text?: string | RegExp): Locator => {
      const found = page.getByTestId(id);
      return text === undefined ? found : found.filter({ hasText: text });
    };
    const bench: Bench = {
      page,
      program,
      get listener() {
        return program.listener;
      },
      at,
      shows: (id, text) => at(id, text).first().waitFor(),
      gone: async (id) => {
        await expect.poll(() => at(id).count(), { timeout: 20_000, message: `${id} is gone` }).toBe(0);
      },
      open: async (text) => {
        await at('request-row', text).first().click();
        await at('detail-header').waitFor();
      },
      complaints,
      forgive: (kind) => forgiven.push(kind),
    };
    try {
      await page.goto(program.interface);
      await at('listener-url', program.listener).waitFor();
      await use(bench);
      const unasked = complaints.filter((complaint) => !forgiven.some((kind) => kind.test(complaint)));
      expect(unasked, 'the page complains of nothing').toEqual([]);
    } finally {
      await context.close();
      await program.end();
    }
  },
});

function listenTo(page: Page, origin: string): string[] {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (!request.url().startsWith(`${origin}/`)) complaints.push(`request: ${request.url()}`);
  });
  page.on('popup', (popup) => complaints.push(`popup: ${popup.url()}`));
  page.on('framenavigated', (frame) => {
    if (!frame.url().startsWith(origin)) complaints.push(`went to: ${frame.url()}`);
  });
  return complaints;
}
