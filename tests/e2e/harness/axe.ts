/** What axe-core finds on a screen. */
import axe from 'axe-core';
import type { Bench } from './bench';

/** What was found, and on which screens. */
export type Found = Map<string, string[]>;

/** Brings axe into the page; once for each page. */
export async function listen(bench: Bench): Promise<void> {
  await bench.page.evaluate(axe.source);
}

/** Looks at what is shown now. */
export async function check(bench: Bench, found: Found, screen: string): Promise<void> {
  const violations = await bench.page.evaluate(async (): Promise<string[]> => {
    const results = await (window as unknown as { axe: typeof axe }).axe.run(document, {
      resultTypes: ['violations'],
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return results.violations.flatMap((violation) =>
      violation.nodes.map(
        (node) => `${violation.id} at ${node.target.join(' ')}: ${node.failureSummary ?? ''}`,
      ),
    );
  });
  for (const violation of violations) found.set(violation, [...(found.get(violation) ?? []), screen]);
}
