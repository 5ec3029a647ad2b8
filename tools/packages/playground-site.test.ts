/** The whole page of the playground, in Chromium. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addressOf } from "../../apps/playground/src/state/address.ts";
import type { Knob, KnobGroup } from "../../apps/playground/src/state/knobs.ts";
import { root } from "../workspace.ts";
import { openPlayground } from "./openPlayground.ts";
import { builtSite, playgroundSite } from "./playgroundSite.ts";
import { processorTime } from "./processorTime.ts";
import type { Site } from "./serve.ts";
import { expectFewLate } from "./smoothness.ts";
import { violationsIn } from "./violations.ts";

/** The registry of figures. Not imported by its name: the figures are of the page's TypeScript project, with JSX. */
const { figures } = (await import(join(root, "apps/playground/src/figures/figures.ts"))) as {
  readonly figures: readonly { readonly group: KnobGroup }[];
};

let site: Site;
let context: BrowserContext;
let close: (() => Promise<void>) | undefined;
const origins = new Set<string>();

beforeAll(async () => {
  ({ site, context, close } = await openPlayground());
  context.on("request", (request) => origins.add(new URL(request.url()).origin));
}, 60_000);

afterAll(async () => {
  await close?.();
});

async function opened(address: string, options: Parameters<Page["emulateMedia"]>[0] = {}): Promise<Page> {
  const page = await context.newPage();
  await page.emulateMedia({ reducedMotion: "reduce", ...options });
  await page.goto(address);
  await page.waitForSelector("[data-figure=valleys] canvas");
  return page;
}

/** Scrolls to every figure, so that it loads; gives their names. */
async function loadAll(page: Page): Promise<string[]> {
  const names: string[] = [];
  for (const place of await page.locator("[data-figure]").all()) {
    await place.scrollIntoViewIfNeeded();
    await place.locator(".figure").first().waitFor();
    names.push((await place.getAttribute("data-figure"))!);
  }
  return names;
}

test("every file of ONNX Runtime is in the site once, for all workers that train", () => {
  const folder = join(builtSite(), "assets");
  const files = readdirSync(folder).map((name) => ({ name, plain: name.replace(/-[\w-]{8}(?=\.\w+$)/, "") }));
  const runtime = ["ort.wasm.bundle.min.js", "ort.webgpu.bundle.min.js"];
  const binaries = ["ort-wasm-simd-threaded.asyncify.wasm", "ort-wasm-simd-threaded.wasm"];
  expect(
    files
      .map(({ plain }) => plain)
      .filter((name) => /^ort/.test(name))
      .sort(),
  ).toEqual([...binaries, ...runtime]);
  const scripts = files.filter(({ name }) => name.endsWith(".js"));
  const holds = (words: string) =>
    scripts.filter(({ name }) => readFileSync(join(folder, name), "utf8").includes(words));
  // By its licence, in whatever file it is; two workers load it.
  expect(
    holds("ONNX Runtime Web v")
      .map(({ plain }) => plain)
      .sort(),
  ).toEqual(runtime);
  const loaders = ["lenet.worker.js", "trainer.worker.js"];
  for (const script of runtime) {
    const { name } = files.find(({ plain }) => plain === script)!;
    expect(holds(name).map(({ plain }) => plain)).toEqual(expect.arrayContaining(loaders));
  }
});

describe("a plain static server, in a folder of it", () => {
  test("loads little before the first figure, then works without the server", async () => {
    const plain = await playgroundSite({ headers: {} });
    const sizes = new Map<string, Promise<number>>();
    const page = await context.newPage();
    page.on("response", (response) =>
      sizes.set(
        response.url(),
        response.body().then((body) => gzipSync(body).length),
      ),
    );
    await page.goto(plain.address);
    await page.waitForSelector("[data-figure=valleys] [data-widest]");
    const loaded = (await Promise.all(sizes.values())).reduce((sum, size) => sum + size, 0);
    expect(loaded).toBeGreaterThan(10_000);
    expect(loaded).toBeLessThan(150_000);

    await page.waitForSelector("#offline-note:visible");
    expect(await page.evaluate("crossOriginIsolated")).toBe(false);
    plain.close();
    await page.goto(`${plain.address}?v=1&valleys.gamma=0.00005&valleys.seed=7`);
    await page.waitForSelector('[data-figure=valleys] [data-gamma="0.00005"]');
    expect(await page.evaluate("crossOriginIsolated")).toBe(true);
    expect((await loadAll(page)).length).toBeGreaterThan(1);
    await page.close();
  });
});

describe("the whole page", () => {
  test.each(["light", "dark"] as const)("is accessible in %s, and fits 360 pixels", async (colorScheme) => {
    const page = await opened(site.address, { colorScheme });
    expect(await loadAll(page)).toEqual(figures.map(({ group }) => group.name));
    expect(await violationsIn(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 800 });
    const width = (): Promise<number> => page.evaluate("document.documentElement.scrollWidth");
    await expect.poll(width, { timeout: 5000 }).toBe(360);
    await page.close();
  });

  test("has every knob in its address, and takes it from there", async () => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    const groups = figures.map(({ group }) => changed(group));
    const page = await opened(site.address + addressOf(groups));
    await loadAll(page);
    expect(await page.locator("#address-note").isVisible()).toBe(false);
    for (const group of groups) {
      const place = page.locator(`[data-figure=${group.name}]`);
      await place.getByRole("button", { name: "Copy link" }).click();
      await place.locator(".said:has-text('copied')").waitFor();
      const link = new URL(await page.evaluate<string>("navigator.clipboard.readText()"));
      expect(link.search).toBe(addressOf([group]));
      expect(link.pathname).toBe(new URL(site.address).pathname);
    }
    await page.close();
  });

  test("tells what of an address it did not take, and goes by keyboard from the start to γ", async () => {
    const page = await opened(`${site.address}?v=9&valleys.gamma=7&nothing.here=1`);
    expect(await page.textContent("#address-note")).toBe(
      "Of this page's address: the address is of version 9, this page of 1; what can be read is taken; nothing is called nothing.here; " +
        "valleys.gamma must be a number from 0.00005 to 1, got 7; 0.1 is taken.",
    );
    const slider = page.getByRole("slider", { name: "Scope γ" });
    for (let i = 0; i < 5 && !(await slider.and(page.locator(":focus")).isVisible()); i++) {
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("ArrowLeft");
    await page.waitForURL(/valleys\.gamma=0\.09/);
    await page.close();
  });

  test("says little and drops few frames while the first figure runs", async () => {
    const page = await opened(`${site.address}?v=1&valleys.gamma=0.001`, { reducedMotion: "no-preference" });
    const spent = await processorTime(page);
    const { said, frames } = await page.evaluate<Watched>(watch);
    const work = await spent();
    expect(frames.length).toBeGreaterThan(30);
    expect(Math.max(...said)).toBeLessThanOrEqual(4);
    expectFewLate(frames, work);
    await page.close();
  });

  test("asked its own servers alone", () => {
    expect([...origins].filter((origin) => !origin.startsWith("http://127.0.0.1:"))).toEqual([]);
  });
});

/** A group with every knob at a value that is not its fallback. */
function changed(group: KnobGroup): KnobGroup {
  for (const [name, knob] of Object.entries(group.knobs)) group.values[name]!.value = otherValue(knob);
  return group;
}

function otherValue(knob: Knob<unknown>): unknown {
  const { kind, fallback } = knob as Knob<unknown> & { kind: string };
  const own = knob as unknown as {
    min: number;
    max: number;
    step: number | null;
    options: Record<string, string>;
    numPoints: number;
  };
  if (kind === "toggle") return !fallback;
  if (kind === "choice") return Object.keys(own.options).find((option) => option !== fallback);
  if (kind === "curve") return Float64Array.from({ length: own.numPoints }, (_, i) => (i % 2 === 0 ? 0.2 : 0.8));
  return fallback === own.min ? own.max : own.min;
}

/** What `watch` sees. */
interface Watched {
  readonly said: readonly number[];
  readonly frames: readonly number[];
}

/** For three seconds: how often each live region changed, and the milliseconds between frames. As text: this is no page. */
const watch = `new Promise((resolve) => {
  const regions = [...document.querySelectorAll("[role=status]")];
  const said = regions.map(() => 0);
  const observers = regions.map((region, i) => {
    const observer = new MutationObserver(() => said[i]++);
    observer.observe(region, { childList: true, characterData: true, subtree: true });
    return observer;
  });
  const frames = [];
  const start = performance.now();
  let last = start;
  const frame = (now) => {
    frames.push(now - last);
    last = now;
    if (now - start < 3000) return requestAnimationFrame(frame);
    for (const observer of observers) observer.disconnect();
    resolve({ said, frames: frames.slice(1) });
  };
  requestAnimationFrame(frame);
})`;
