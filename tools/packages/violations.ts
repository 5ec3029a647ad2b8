/** What keeps people from using a page, found by axe-core. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright";

type Impact = "minor" | "moderate" | "serious" | "critical";

/** What is looked at and told. */
export interface ViolationOptions {
  /** Selectors of the parts that are looked at; the whole page when absent. */
  readonly within?: readonly string[];
  /** Serious and critical ones when absent. */
  readonly impacts?: readonly Impact[];
}

const source = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A sentence for each place. Axe is evaluated, which the page's policy does not hold back. */
export async function violationsIn(page: Page, options: ViolationOptions = {}): Promise<string[]> {
  const { within, impacts = ["serious", "critical"] } = options;
  await page.evaluate(source);
  const context = within === undefined ? "" : JSON.stringify({ include: within });
  const { violations } = await page.evaluate<{
    violations: { id: string; impact: Impact; nodes: { html: string; failureSummary: string }[] }[];
  }>(`axe.run(${context})`);
  return violations
    .filter(({ impact }) => impacts.includes(impact))
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}
