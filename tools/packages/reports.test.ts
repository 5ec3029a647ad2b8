/** Reports as files in Chromium: values at the pointer, zoom, keys, touch, both colour schemes, narrow screens. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dataFolder, freshOut, run } from "../../packages/lab/test/commandRunner.ts";
import { everyPage } from "../../packages/lab/test/everyPage.ts";
import { executablePath, flags } from "./chromiumFlags.mjs";
import { newFolder } from "./consumer.ts";
import { violationsIn } from "./violations.ts";

const folder = newFolder();
const pages = everyPage();
const fileOf = (name: string): string => join(folder, `${name.replaceAll(" ", "-")}.html`);
const compared = freshOut();

let browser: Browser;
/** Errors on consoles, and requests for anything but the pages themselves. */
const problems: string[] = [];

beforeAll(async () => {
  for (const [name, { html }] of Object.entries(pages)) writeFileSync(fileOf(name), html);
  const settings = ["--network", "mlp-49-16-10", "--data", dataFolder(), "--budget", "3", "--set", "validation=100"];
  const { code, stderr } = await run([
    ...["compare", "--optimizers", "sgd,adam", "--seeds", "1", "--out", compared],
    ...[...settings, "--set", "batchSize=50"],
    // Small rates, so that errors stay above zero.
    ...["--set", "sgd.learningRate=1e-3", "--set", "adam.learningRate=1e-4"],
  ]);
  if (code !== 0) throw new Error(stderr);
  browser = await chromium.launch({ executablePath, args: [...flags], headless: true });
}, 60_000);

afterAll(async () => {
  await browser?.close();
});

async function opened(file: string, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
  page.on("request", (request) => request.isNavigationRequest() || problems.push(request.url()));
  page.on("console", (message) => problems.push(message.text()));
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.goto(pathToFileURL(file).href);
  return page;
}

const formOf = (page: Page, width: "wide" | "narrow", figure = 0): Locator =>
  page.locator(`figure > .${width}`).nth(figure);

/** The middle of what is drawn of an element, in pixels of the page's window. */
async function middleOf(element: Locator): Promise<{ x: number; y: number }> {
  await element.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await element.boundingBox())!;
  return { x: x + width / 2, y: y + height / 2 };
}

/** The markers of a figure that has them, in the order of the series. */
const markersOf = (form: Locator): Locator => form.locator("g[data-mark=dot]");

/** Texts and places of an axis's ticks. */
async function ticksOf(form: Locator, axis: "x" | "y"): Promise<{ text: string; x: number; y: number }[]> {
  const labels = await form.locator(`g[data-mark="${axis}-axis tick label"] text`).all();
  return Promise.all(labels.map(async (label) => ({ text: (await label.textContent())!, ...(await middleOf(label)) })));
}

async function drag(page: Page, from: { x: number; y: number }, to: { x: number; y: number }): Promise<void> {
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2);
  await page.mouse.move(to.x, to.y);
  await page.mouse.up();
}

/** The first tip of each figure of a narrow page, by a key. As text: this is no page. */
const firstTips = `[...document.querySelectorAll("figure > .narrow")].map((form) => {
  form.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight" }));
  return form.querySelector(".tip").innerText;
})`;

describe("the report of a comparison", () => {
  /** Test errors of a run's evaluations in per cent, from the run itself. */
  const errorsOf = (name: string): number[] =>
    readFileSync(join(compared, name, "events.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; testError: number })
      .flatMap(({ type, testError }) => (type === "evaluation" ? [100 * testError] : []));
  const [sgd, adam] = [errorsOf, errorsOf];

  test("tells the values of all series at the pointer, and of the points that keys pass", async () => {
    const page = await opened(join(compared, "report.html"));
    const form = formOf(page, "wide");
    const tip = form.locator(".tip");
    await expect(tip.isHidden()).resolves.toBe(true);
    const last = await middleOf(markersOf(form).first().locator(":scope > *").last());
    await page.mouse.move(last.x - 20, last.y);
    const text = await tip.innerText();
    expect(text).toContain("gradient evaluations: 40");
    for (const [name, own] of [
      ["sgd", sgd],
      ["adam", adam],
    ] as const) {
      const row = tip.locator("div").filter({ hasText: name });
      expect(Number((await row.innerText()).replace(name, "").trim())).toBeCloseTo(own(`${name}-1`).at(-1)!, 1);
    }
    await form.focus();
    await page.keyboard.press("Home");
    expect(await tip.innerText()).toContain("gradient evaluations: 20");
    await page.keyboard.press("ArrowRight");
    expect(await tip.innerText()).toContain("gradient evaluations: 40");
    const told = page.locator("[role=status]");
    await expect.poll(() => told.textContent(), { timeout: 3000 }).toContain("gradient evaluations: 40; ");
    await page.close();
  });

  test("zooms to the range that is dragged over, and back by each way to the same drawing", async () => {
    const page = await opened(join(compared, "report.html"));
    const form = formOf(page, "wide");
    const svg = form.locator(":scope > svg");
    const before = await ticksOf(form, "x");
    const area = (await form.locator(".area").boundingBox())!;
    const drawn = (): Promise<string> =>
      svg.evaluate((element) => element.outerHTML.replace(/ data-drawn="[^"]*"/g, ""));
    const start = before.find(({ text }) => text === "10")!;
    const end = before.find(({ text }) => text === "25")!;
    await page.mouse.move(0, 0);
    let whole = "";
    for (const reset of ["double click", "Escape", "button"]) {
      await drag(page, { x: start.x, y: area.y + 60 }, { x: end.x, y: area.y + 65 });
      const zoomed = await ticksOf(form, "x");
      expect(zoomed.length).toBeGreaterThan(3);
      for (const { text, x } of zoomed) {
        // From 10 to 25 over the whole frame.
        expect(Math.abs(x - area.x - ((Number(text) - 10) / 15) * area.width)).toBeLessThan(2);
      }
      // The values at the pointer are those of what is seen.
      await page.mouse.move(area.x + 30, area.y + 50);
      expect(await form.locator(".tip").innerText()).toContain("gradient evaluations: 20");
      if (reset === "double click") await page.mouse.dblclick(area.x + 30, area.y + 30);
      else if (reset === "button") await form.getByRole("button", { name: "Reset zoom" }).click();
      else {
        await form.focus();
        await page.keyboard.press("Escape");
      }
      await page.mouse.move(0, 0);
      expect((await ticksOf(form, "x")).map(({ text }) => text)).toEqual(before.map(({ text }) => text));
      whole ||= await drawn();
      expect(await drawn()).toBe(whole);
      await expect(form.getByRole("button", { name: "Reset zoom" }).isDisabled()).resolves.toBe(true);
    }
    await page.close();
  });

  test("tells values under a finger on a narrow screen, and zooms by buttons", async () => {
    const page = await opened(join(compared, "report.html"), { viewport: { width: 360, height: 740 }, hasTouch: true });
    const form = formOf(page, "narrow");
    const marker = await middleOf(markersOf(form).first().locator(":scope > *").last());
    await page.touchscreen.tap(marker.x, marker.y + 20);
    expect(await form.locator(".tip").innerText()).toContain("gradient evaluations: 40");
    const before = await ticksOf(form, "x");
    await form.getByRole("button", { name: "Zoom in" }).tap();
    const values = (ticks: typeof before) => ticks.map(({ text }) => Number(text));
    const [all, zoomed] = [values(before), values(await ticksOf(form, "x"))];
    // Around the point that was told of: the second half of the axis.
    expect(Math.min(...zoomed)).toBeGreaterThan(Math.min(...all));
    expect(Math.max(...zoomed)).toBe(Math.max(...all));
    await page.close();
  });

  test("loses nothing without scripts", async () => {
    const page = await opened(join(compared, "report.html"), { javaScriptEnabled: false });
    await expect(formOf(page, "wide").locator("svg").isVisible()).resolves.toBe(true);
    await expect(page.locator("button").count()).resolves.toBe(0);
    await page.close();
  });
});

describe("every page", () => {
  test("tells values in each figure, and fits a narrow screen", async () => {
    const page = await opened(fileOf("report"), { viewport: { width: 360, height: 740 } });
    for (const [name, { figures }] of Object.entries(pages)) {
      await page.goto(pathToFileURL(fileOf(name)).href);
      const tips = await page.evaluate<string[]>(firstTips);
      expect(tips, name).toHaveLength(figures.length);
      for (const [i, { data }] of figures.entries()) {
        expect(data!.series.some((own) => tips[i]!.includes(own.name))).toBe(true);
        expect(tips[i]).toMatch(/\d/);
      }
      expect(await page.evaluate("document.documentElement.scrollWidth"), name).toBe(360);
    }
    await page.close();
  });

  // Of the kinds of figures and tables; all pages are made of these.
  test.each(["compare", "flatness", "slice"])("is readable by all, light and dark: %s", async (name) => {
    const page = await opened(fileOf(name));
    await formOf(page, "wide").focus();
    await page.keyboard.press("ArrowRight");
    expect(await violationsIn(page)).toEqual([]);
    await page.emulateMedia({ colorScheme: "dark" });
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await violationsIn(page)).toEqual([]);
    const ink = "getComputedStyle(document.querySelector('figure svg')).color";
    expect(await page.evaluate(ink)).toBe("rgb(230, 230, 227)");
    // Paper is white.
    await page.emulateMedia({ colorScheme: "dark", media: "print" });
    expect(await page.evaluate(ink)).toBe("rgb(0, 0, 0)");
    await page.close();
  });

  test("asked for nothing and had no errors", () => {
    expect(problems).toEqual([]);
  });
});
