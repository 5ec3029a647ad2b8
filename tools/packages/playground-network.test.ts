/** The playground's small networks, in Chromium. */
import { readFileSync } from "node:fs";
import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { currentSettings } from "../../apps/playground/src/figures/network/knobs.ts";
import { newSession } from "../../apps/playground/src/figures/network/session.ts";
import { openPlayground } from "./openPlayground.ts";
import type { Site } from "./serve.ts";
import { violationsIn } from "./violations.ts";

let site: Site;
let context: BrowserContext;
let close: (() => Promise<void>) | undefined;

beforeAll(async () => {
  ({ site, context, close } = await openPlayground());
}, 60_000);

afterAll(async () => {
  await close?.();
});

const figure = "[data-figure=network]";
const settings = { ...currentSettings(), hidden: 4, innerSteps: 10, budget: 200, seeds: 2 };
const small = "network.hidden=4&network.innerSteps=10&network.budget=200&network.seeds=2";

async function opened(query = small): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${site.address}?v=1&${query}`);
  await page.locator("#network").scrollIntoViewIfNeeded();
  await page.waitForSelector(`${figure} .field, ${figure} .own-data`);
  return page;
}

const says = (page: Page, words: string) => page.waitForSelector(`${figure} .status:has-text("${words}")`);

/** The rows of the table that the page saves. */
async function savedRows(page: Page): Promise<string[][]> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(`${figure} button:text-is("CSV")`)]);
  const [, ...rows] = readFileSync(await download.path(), "utf8")
    .trim()
    .split("\r\n");
  return rows.map((row) => row.split(","));
}

/** In the page: the pixels of the first field, as text. */
const pixels = `document.querySelector("${figure} .field").toDataURL()`;

describe("small networks in the page", () => {
  test("train to the bits of Node, move their boundaries, and are measured with errors", async () => {
    const page = await opened();
    await says(page, "0 of 200 gradients");
    const before = await page.evaluate(pixels);
    await page.click(`${figure} button:text-is("Step")`);
    await says(page, "10 of 200 gradients");
    await page.click(`${figure} .play`);
    await says(page, "200 of 200 gradients");
    expect(await page.evaluate(pixels)).not.toBe(before);

    const session = await newSession(settings, null);
    let round = await session.round();
    while (!round.done) round = await session.round();
    const ends = (await savedRows(page)).filter(([, , , gradients]) => gradients === "200");
    expect(ends).toHaveLength(16);
    for (const { optimizer, seed, trainLoss, testLoss } of round.evaluated) {
      for (const [name, loss] of Object.entries({ trainLoss, testLoss })) {
        expect(ends).toContainEqual([name, optimizer, String(seed), "200", String(loss)]);
      }
    }

    await page.click(`${figure} button:text("Measure flatness")`);
    await says(page, "Entropy-SGD against SGD: ");
    const cells = await page.locator(`${figure} .comparisons tbody tr`).allTextContents();
    expect(cells).toHaveLength(8);
    for (const row of cells) expect(row).toMatch(/(seen|equivalent|not distinguishable).* ± /);
    const measured = (await savedRows(page)).filter(([name]) => name === "flatness.eigenvalue");
    expect(measured).toHaveLength(4);
    expect(measured.every(([, , , , value]) => Number(value) > 0)).toBe(true);

    expect(await violationsIn(page, { within: ["#network"] })).toEqual([]);
    await page.close();
  });

  test("leave the page's thread free while they train", async () => {
    const page = await opened("network.seeds=3&network.budget=400");
    await says(page, "0 of 400 gradients");
    const protocol = await context.newCDPSession(page);
    // Of the processor, so that what else the machine does is left out.
    await protocol.send("Performance.enable", { timeDomain: "threadTicks" });
    const busySeconds = async (): Promise<number> => {
      const { metrics } = await protocol.send("Performance.getMetrics");
      return metrics.find(({ name }) => name === "TaskDuration")!.value;
    };
    const before = await busySeconds();
    await page.click(`${figure} .play`);
    await says(page, "400 of 400 gradients");
    const numRounds = 20;
    // A frame shows one round at most, and may take 33 ms.
    expect((await busySeconds()) - before).toBeLessThan(numRounds * 0.033);
    await page.close();
  });

  test("a table of the reader's own is trained on, and a bad one refused", async () => {
    const page = await opened(`${small}&network.data=own`);
    await says(page, "Choose a file of yours.");
    const rows = (change: (row: string, i: number) => string) =>
      `a,b,label\n${Array.from({ length: 30 }, (_, i) => change(`${i / 7},${i % 3},${"uvw"[i % 3]}`, i)).join("\n")}\n`;
    const choose = (text: string) =>
      page.setInputFiles(`${figure} input[type=file]`, {
        name: "mine.csv",
        mimeType: "text/csv",
        buffer: Buffer.from(text),
      });
    await choose(rows((row, i) => (i === 3 ? row.replace("0,u", "zero,u") : row)));
    const note = page.locator(`${figure} [role=alert]`);
    await note.waitFor();
    expect(await note.textContent()).toBe('mine.csv: line 5, column b: must be a number, got "zero"');
    await choose(rows((row) => row));
    await says(page, "2-4-4-3, 47 weights: 0 of 200 gradients");
    await note.waitFor({ state: "detached" });
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.click(`${figure} button:text("Copy link")`);
    await page.waitForSelector(`${figure} .said:text-is("Link copied, without your file, which no address can hold")`);
    await page.click(`${figure} button:text-is("Step")`);
    await says(page, "10 of 200 gradients");
    await page.close();
  });
});
