/** The playground's figure of wide and sharp valleys, in Chromium. */
import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newBalls } from "../../apps/playground/src/figures/valleys/balls.ts";
import { landscapeOf } from "../../apps/playground/src/figures/valleys/landscape.ts";
import { programOf } from "../../apps/playground/src/figures/valleys/program.ts";
import { valleysAt } from "../../apps/playground/src/figures/valleys/valleysAt.ts";
import { openPlayground } from "./openPlayground.ts";
import { printedByCopy } from "./printedByCopy.ts";
import type { Site } from "./serve.ts";

let site: Site;
let context: BrowserContext;
let close: (() => Promise<void>) | undefined;

beforeAll(async () => {
  ({ site, context, close } = await openPlayground({ viewport: { width: 1280, height: 1000 } }));
}, 60_000);

afterAll(async () => {
  await close?.();
});

const figure = "[data-figure=valleys]";

async function opened(query: string, reducedMotion: "reduce" | "no-preference" = "reduce"): Promise<Page> {
  const page = await context.newPage();
  await page.emulateMedia({ reducedMotion });
  await page.goto(site.address + query);
  await page.waitForSelector(`${figure} [data-widest]`);
  return page;
}

/** A number of the figure, in full. */
const shown = async (page: Page, name: string): Promise<number> =>
  Number(await page.locator(`${figure} [data-widest]`).getAttribute(`data-${name}`));

/** How long a value of the page is waited for. */
const patience = { timeout: 20_000 };

const showsAt = (page: Page, gamma: number) => page.waitForSelector(`${figure} [data-gamma="${gamma}"]`);

describe("wide and sharp valleys", () => {
  test("γ by its slider moves the minimum of −F to the wide valley, where Node has it", async () => {
    const page = await opened("?v=1&valleys.seed=7");
    const slider = page.getByRole("slider", { name: "Scope γ" });
    await slider.focus();
    await page.keyboard.press("End");
    await showsAt(page, 1);
    const choice = { seed: 7, drawn: null };
    const places = [await shown(page, "widest")];
    await page.keyboard.press("Home");
    await showsAt(page, 5e-5);
    places.push(await shown(page, "widest"));
    expect(places).toEqual([valleysAt(choice, 1).widest, valleysAt(choice, 5e-5).widest]);
    await page.waitForSelector(
      `${figure} [role=status]:has-text("γ = 5e−5 the minimum of −F is in the wide valley, at ${places[1]}")`,
    );
    await page.close();
  });

  test("the edge of the neighbourhood is dragged in the chart, and a landscape is drawn", async () => {
    const page = await opened("");
    const density = page.locator(`${figure} .u-over`).nth(1);
    const { x, y, width, height } = (await density.boundingBox())!;
    const at = (place: number): number => x + (place / 999) * width;
    // From the ball at 785 to 200 points beside it: 2/√γ = 200.
    await page.mouse.move(at(800), y + height / 2);
    await page.mouse.down();
    await page.mouse.move(at(585), y + height / 2, { steps: 3 });
    await page.mouse.up();
    await expect.poll(() => shown(page, "gamma"), patience).toBeLessThan(0.001);
    expect(2 / Math.sqrt(await shown(page, "gamma"))).toBeCloseTo(200, -1);

    await page.click(`${figure} button:text("Draw a landscape")`);
    const upper = (await page.locator(`${figure} .u-over`).first().boundingBox())!;
    await page.mouse.move(at(450), upper.y + 0.9 * upper.height);
    await page.mouse.down();
    await page.mouse.move(at(550), upper.y + 0.9 * upper.height, { steps: 5 });
    await page.mouse.up();
    await expect.poll(async () => Math.abs((await shown(page, "lowest")) - 500), patience).toBeLessThan(60);
    await page.waitForURL(/valleys\.drawn=[0-9a-f]{130}/);
    const drawn = new URL(page.url()).searchParams.get("valleys.drawn")!;
    const heights = Float64Array.from(
      { length: 65 },
      (_, i) => Number.parseInt(drawn.slice(2 * i, 2 * i + 2), 16) / 255,
    );
    const choice = { seed: 42, drawn: heights };
    const gamma = await shown(page, "gamma");
    const inNode = valleysAt(choice, gamma);
    expect([await shown(page, "lowest"), await shown(page, "widest")]).toEqual([inNode.lowest, inNode.widest]);
    expect(printedBy(programOf(choice, gamma))).toEqual([inNode.lowest, inNode.widest]);
    await page.close();
  });

  test("reduced motion starts paused, and steps give the numbers that Node gives", async () => {
    const page = await opened("?v=1&valleys.seed=3&valleys.gamma=0.002");
    expect(await page.textContent(`${figure} .play`)).toBe("Play");
    await page.waitForSelector(`${figure} [data-outer-steps="0"]`);
    const balls = newBalls(3, landscapeOf({ seed: 3, drawn: null }), 785);
    for (let step = 1; step <= 3; step++) {
      await page.click(`${figure} button:text("Step")`);
      await page.waitForSelector(`${figure} [data-outer-steps="${step}"]`);
      balls.finishOuterStep(0.002);
    }
    const { sgd, entropy } = balls.snapshot(0.002);
    expect([await shown(page, "sgd"), await shown(page, "entropy")]).toEqual([sgd, entropy]);
    await page.close();
  });

  test("opens running: the balls roll and γ is swept", async () => {
    const page = await opened("", "no-preference");
    await expect.poll(() => shown(page, "outer-steps"), patience).toBeGreaterThan(2);
    await expect.poll(() => shown(page, "gamma"), patience).toBeLessThan(0.09);
    await page.close();
  });

  test("the copied program of a seed prints the same minima", () => {
    const choice = { seed: 42, drawn: null };
    const { lowest, widest } = valleysAt(choice, 5e-5);
    expect(printedBy(programOf(choice, 5e-5))).toEqual([lowest, widest]);
  });
});

/** The places that a program prints. */
function printedBy(program: string): number[] {
  return [...printedByCopy(program).matchAll(/at (\d+)/g)].map(([, place]) => Number(place));
}
