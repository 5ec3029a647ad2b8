/** The playground's figures of Langevin dynamics and of the plane, in Chromium. */
import { readFileSync } from "node:fs";
import type { BrowserContext, Locator, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { annealedRun } from "../../apps/playground/src/figures/langevin/annealed.ts";
import { gibbsOf } from "../../apps/playground/src/figures/langevin/densityChart.ts";
import { well } from "../../apps/playground/src/figures/langevin/gibbsChain.ts";
import { langevinProgram } from "../../apps/playground/src/figures/langevin/program.ts";
import { newWatchedChain } from "../../apps/playground/src/figures/langevin/watchedChain.ts";
import { planeProgram } from "../../apps/playground/src/figures/plane/program.ts";
import {
  numGradients,
  optimizerNames,
  type PathSettings,
  pathsOf,
} from "../../apps/playground/src/figures/plane/trajectories.ts";
import { langevinFigure } from "../../packages/lab/src/measure/langevin.ts";
import { openPlayground } from "./openPlayground.ts";
import { printedByCopy } from "./printedByCopy.ts";
import type { Site } from "./serve.ts";
import { expectSmooth } from "./smoothness.ts";
import { violationsIn } from "./violations.ts";

let site: Site;
let context: BrowserContext;
let close: (() => Promise<void>) | undefined;

beforeAll(async () => {
  ({ site, context, close } = await openPlayground({ viewport: { width: 1280, height: 1000 } }));
}, 120_000);

afterAll(async () => {
  await close?.();
});

/** How long a value of the page is waited for. */
const patience = { timeout: 20_000 };

/** A page with one figure on the screen, which is paused. */
async function opened(figure: "langevin" | "plane", query = "", reducedMotion: "reduce" | "no-preference" = "reduce") {
  const page = await context.newPage();
  await page.emulateMedia({ reducedMotion });
  await page.goto(site.address + query);
  const place = page.locator(`[data-figure=${figure}]`);
  await place.scrollIntoViewIfNeeded();
  await place.locator(figure === "langevin" ? "[data-samples]" : "tr[data-optimizer=sam]").waitFor(patience);
  await place.locator(".controls").first().scrollIntoViewIfNeeded();
  return { page, place };
}

describe("Langevin dynamics", () => {
  const shown = async (place: Locator, name: string): Promise<number> =>
    Number(await place.locator("[data-exact]").getAttribute(`data-${name}`));

  test("steps give the numbers of Node, and the temperature's slider the exact mass and an empty histogram", async () => {
    const { page, place } = await opened("langevin", "?v=1&langevin.seed=5");
    expect(await place.locator(".play").textContent()).toBe("Play");
    for (let k = 1; k <= 5; k++) {
      await place.getByRole("button", { name: "Step" }).click();
      await place.locator(`[data-samples="${k}"]`).waitFor();
    }
    const { positions, phases, share } = await newWatchedChain(5).advance(5, 0.5);
    expect([await shown(place, "first"), await shown(place, "share")]).toEqual([positions[0], share!.mean]);
    await place.locator('[data-frame="5"][data-step]').waitFor(patience);
    expect(await shown(place, "step")).toBe((await annealedRun("step", 5)).shares[5]);
    expect(await shown(place, "annealed")).toBe((await annealedRun("temperature", 5)).shares[5]);
    const printed = JSON.parse(printedByCopy(langevinProgram(5, phases)));
    expect(printed).toEqual({ temperature: 0.5, numSamples: 5, share, exact: gibbsOf(well, 0.5).mass });

    const slider = place.getByRole("slider", { name: "Temperature 1/β" });
    await slider.focus();
    await page.keyboard.press("End");
    await expect.poll(() => shown(place, "exact"), patience).toBe(gibbsOf(well, 2).mass);
    await page.keyboard.press("Home");
    await expect.poll(() => shown(place, "exact"), patience).toBe(gibbsOf(well, 0.1).mass);
    await expect.poll(() => shown(place, "temperature"), patience).toBe(0.1);
    // The chain went on from where it was; what was seen of it is forgotten.
    expect([await shown(place, "samples"), await shown(place, "counted"), await shown(place, "first")]).toEqual([
      0,
      0,
      positions[0],
    ]);
    await page.close();
  });

  test("annealed steps and temperature end as those of the command do", async () => {
    const { dynamics } = await langevinFigure(5, async () => {});
    const shareOf = (name: string): number => dynamics.find((own) => own.name.startsWith(name))!.share;
    expect((await annealedRun("step", 5)).shares.at(-1)).toBe(shareOf("annealed step"));
    expect((await annealedRun("temperature", 5)).shares.at(-1)).toBe(shareOf("annealed temperature"));
  });

  test("plays: the histogram fills, smoothly", async () => {
    const { page, place } = await opened("langevin", "", "no-preference");
    await expect.poll(() => shown(place, "counted"), patience).toBeGreaterThan(1000);
    await expectSmooth(page);
    await place.getByRole("button", { name: "Pause" }).click();
    // What was under way may still come; then nothing does.
    const newIn300ms = async (): Promise<number> => {
      const before = await shown(place, "samples");
      await page.waitForTimeout(300);
      return (await shown(place, "samples")) - before;
    };
    await expect.poll(newIn300ms, patience).toBe(0);
    await page.close();
  }, 70_000);
});

describe("the plane", () => {
  const settings: PathSettings = {
    landscape: "wells",
    start: [1.2, 1],
    learningRate: 0.05,
    scope: 0.3,
    innerSteps: 20,
    gradientNoise: 0.3,
    temperature: 0.15,
    radius: 0.1,
    seed: 3,
  };
  /** The points of the table, in full. */
  const points = (place: Locator): Promise<[string, number, number][]> =>
    place
      .locator("tr[data-optimizer]")
      .evaluateAll((rows: { dataset: { optimizer: string; x: string; y: string } }[]) =>
        rows.map(({ dataset: { optimizer, x, y } }) => [optimizer, Number(x), Number(y)]),
      );
  const endsInNode = (of: PathSettings): [string, number, number][] => {
    const paths = pathsOf(of);
    return optimizerNames.map((name) => [name, paths[name].xs[numGradients]!, paths[name].ys[numGradients]!]);
  };
  const coordinates = (page: Page): [number, number] => {
    const { searchParams } = new URL(page.url());
    return [Number(searchParams.get("plane.x") ?? 1.2), Number(searchParams.get("plane.y") ?? 1)];
  };

  test("shows the ends of Node and of the copied program; a start that is dragged or moved by keys has other paths", async () => {
    const { page, place } = await opened("plane", "?v=1&plane.seed=3");
    const ends = endsInNode(settings);
    expect(await points(place)).toEqual(ends);
    const printed = printedByCopy(planeProgram(settings)).trim().split("\n");
    expect(printed.map((line) => JSON.parse(line)).map(({ optimizer, x, y }) => [optimizer, x, y])).toEqual(ends);
    const start = place.getByRole("button", { name: "Start, at x 1.2, y 1" });
    const { x, y, width, height } = (await start.boundingBox())!;
    await page.mouse.move(x + width / 2, y + height / 2);
    await page.mouse.down();
    await page.mouse.move(x - 100, y + 50, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/plane\.x=/);
    const [left, down] = coordinates(page);
    expect([left < 0.8, down < 0.9]).toEqual([true, true]);
    await expect.poll(() => points(place), patience).toEqual(endsInNode({ ...settings, start: [left, down] }));
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Shift+ArrowUp");
    const moved: [number, number] = [Number((left - 0.05).toFixed(3)), Number((down + 0.25).toFixed(3))];
    await expect.poll(() => coordinates(page), patience).toEqual(moved);
    await expect.poll(() => points(place), patience).toEqual(endsInNode({ ...settings, start: moved }));

    const canvas = (await place.locator(".layers").boundingBox())!;
    await page.mouse.move(canvas.x + canvas.width / 2, canvas.y + canvas.height / 2);
    await place.getByText("Under the pointer (0.00, 0.00): f = ").waitFor();
    await page.close();
  });

  test("plays from the start, smoothly, and saves vectors and every point", async () => {
    const { page, place } = await opened("plane", "?v=1&plane.seed=3&plane.speed=700", "no-preference");
    await expectSmooth(page);
    await expect.poll(() => place.locator("caption").textContent(), patience).toContain("After 2,000 gradients");
    expect(await points(place)).toEqual(endsInNode(settings));
    const saved = async (button: string): Promise<string> => {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        place.getByRole("button", { name: button, exact: true }).click(),
      ]);
      return readFileSync(await download.path(), "utf8");
    };
    const rows = (await saved("CSV")).trim().split("\r\n");
    const ends = endsInNode(settings).flatMap(([, x, y]) => [x, y]);
    expect(rows.at(-1)!.split(",").slice(1, 9).map(Number)).toEqual(ends);
    expect(rows).toHaveLength(numGradients + 2);
    expect((await saved("SVG")).match(/<path d="M[^"]*Z"\/>/g)!.length).toBeGreaterThanOrEqual(28);
    await page.close();
  }, 70_000);
});

test.each(["light", "dark"] as const)(
  "both figures have no serious violations at 360 pixels in %s",
  async (colorScheme) => {
    const { page, place } = await opened("plane");
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width: 360, height: 740 });
    await page.locator("[data-figure=langevin] [data-samples]").waitFor(patience);
    for (const details of await page.locator(":is(#langevin, #plane) summary").all()) await details.click();
    await place.scrollIntoViewIfNeeded();
    // Names given by labels: every slider of the page has its own.
    for (const slider of await page.getByRole("slider").all()) {
      expect(await slider.evaluate(({ labels }: { labels: { length: number } }) => labels.length)).toBe(1);
    }
    expect(await violationsIn(page, { within: ["#langevin", "#plane"] })).toEqual([]);
    for (const id of ["langevin", "plane"]) {
      expect(await page.evaluate(`document.getElementById("${id}").scrollWidth`), id).toBeLessThanOrEqual(360);
    }
    await page.close();
  },
  30_000,
);
