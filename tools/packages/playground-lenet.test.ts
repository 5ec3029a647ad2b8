/** The playground's LeNet in Chromium: what is fetched and said, the numbers, stopping and going on, frames, faults. */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { OptimizerName } from "../../apps/playground/src/figures/lenet/recipe.ts";
import { shownNames } from "../../apps/playground/src/figures/lenet/run.ts";
import { trainLenet } from "../../apps/playground/src/figures/lenet/trainLenet.ts";
import { loadMnist, nodePlatform } from "../../packages/training/src/node.ts";
import { root } from "../workspace.ts";
import { openPlayground } from "./openPlayground.ts";
import type { Site } from "./serve.ts";
import { expectSmooth } from "./smoothness.ts";
import { violationsIn } from "./violations.ts";

/** Two outer steps of few images, on one thread. */
const settings = "lenet.budget=20&lenet.images=256&lenet.threads=one";
let site: Site;
let context: BrowserContext;
let close: (() => Promise<void>) | undefined;

beforeAll(async () => {
  ({ site, context, close } = await openPlayground({ serviceWorkers: "block" }));
  // What is copied is read here.
  await context.addInitScript("navigator.clipboard.writeText = async (text) => { globalThis.copied = text; }");
}, 60_000);

afterAll(async () => {
  await close?.();
});

async function opened(query: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${site.address}?v=1&${query}`);
  await page.locator("#lenet").scrollIntoViewIfNeeded();
  return page;
}

const press = (page: Page, name: string | RegExp): Promise<void> =>
  page.locator("#lenet").getByRole("button", { name }).click();
/** When nothing is in work. */
const idle = (page: Page) => page.waitForSelector("#lenet button.play:enabled", { timeout: 200_000 });

/** Presses a button that trains, and waits until it is over. */
async function trained(page: Page, name: string | RegExp): Promise<void> {
  await press(page, name);
  await page.waitForSelector("#lenet button.play:disabled");
  await idle(page);
}

async function copied(page: Page, what: string): Promise<string> {
  await press(page, `Copy as ${what}`);
  return page.evaluate("globalThis.copied");
}

/** How many gradients the first run has. */
const gradientsShown = async (page: Page): Promise<number> =>
  Number.parseInt(await page.locator("#lenet td").first().innerText(), 10);

/** The CSV file as columns by name. */
async function columns(page: Page): Promise<Record<string, number[]>> {
  const [download] = await Promise.all([page.waitForEvent("download"), press(page, "CSV")]);
  const [head, ...rows] = readFileSync(await download.path(), "utf8")
    .trim()
    .split("\r\n");
  const names = head!.match(/"[^"]*"|[^,]+/g)!.map((name) => name.replaceAll('"', ""));
  return Object.fromEntries(names.map((name, i) => [name, rows.map((row) => Number(row.split(",")[i]))]));
}

/** The mean losses of each outer step that the copied program prints, by optimizer. */
function printed(program: string): Map<string, number[]> {
  const file = join(root, `node_modules/.cache/copied-${process.pid}.mts`);
  writeFileSync(file, program);
  const { stdout, stderr } = spawnSync(process.execPath, ["--import", "tsx", file], { cwd: root, encoding: "utf8" });
  rmSync(file);
  const found = new Map<string, number[]>();
  for (const [, name, loss] of stdout.matchAll(/^(\S+) \d+ (\S+)$/gm)) {
    found.set(name!, [...(found.get(name!) ?? []), Number(loss)]);
  }
  expect(found.size, stderr).toBeGreaterThan(0);
  return found;
}

/** The mini-batch losses of the first outer step of the figure's run in Node, and their mean. */
async function inNode(optimizer: OptimizerName): Promise<{ losses: number[]; mean: number }> {
  const losses: number[] = [];
  let mean = Number.NaN;
  const controller = new AbortController();
  const place = { platform: nodePlatform, threads: 1, signal: controller.signal };
  await trainLenet({ optimizer, budget: 20, images: 256, seed: 1 }, loadMnist(), place, (told) => {
    if (told.type === "gradients") losses.push(...told.losses);
    if (told.type !== "outer") return;
    mean = told.batchLoss;
    controller.abort();
  });
  return { losses, mean };
}

test("fetches nothing before its button, then what it said; trains to the numbers of the program that it copies", async () => {
  const page = await context.newPage();
  const sizes = new Map<string, number>();
  page.on("response", async (answer) => sizes.set(answer.url(), (await answer.body()).length));
  await page.goto(`${site.address}?v=1&${settings}`);
  await page.locator("#lenet").scrollIntoViewIfNeeded();
  const said = await page.locator("#lenet .caption").first().innerText();
  await page.waitForLoadState("networkidle");
  expect([...sizes].filter(([address]) => /lenet\.worker|ort|\.wasm|\.bin/.test(address))).toEqual([]);
  const before = new Set(sizes.keys());
  const [, all, runtime, mnist] = /fetches ([\d.]+)\sMB .* ONNX Runtime ([\d.]+)\sMB, MNIST ([\d.]+)\sMB/.exec(said)!;
  await trained(page, `Fetch ${all} MB and train`);
  const sum = (pattern: RegExp): string => {
    const own = [...sizes].filter(([address]) => !before.has(address) && pattern.test(address));
    return (own.reduce((bytes, [, size]) => bytes + size, 0) / 1e6).toFixed(1);
  };
  expect([sum(/\.wasm$/), sum(/\.bin$/), sum(/\.(wasm|bin)$/)]).toEqual([runtime, mnist, all]);
  // Beside them programs: three hundredths of it.
  expect(Number(sum(/\.m?js$/))).toBeLessThan(0.03 * Number(all));

  const shown = await columns(page);
  const program = printed(await copied(page, "TypeScript"));
  for (const [name, words] of Object.entries(shownNames)) {
    const { losses, mean: wanted } = await inNode(name as OptimizerName);
    expect(program.get(name)?.[0]).toBe(wanted);
    const [each, mean] = [shown[`${words}, each batch`]!, shown[words]!];
    expect(each).toHaveLength(40);
    const differences = losses.map((loss, i) => Math.abs(each[i]! / loss - 1));
    // At the same weights gradients differ by 3e-6 of their length, and where rounding takes a unit to the other side of zero, as it
    // does in some step or other, by 3e-3: from there on the two runs part slowly.
    expect(Math.max(...differences.slice(0, 3)), name).toBeLessThan(1e-4);
    expect(Math.abs(mean[19]! / wanted - 1), name).toBeLessThan(1e-2);
    expect(mean[39]).toBeLessThan(0.7 * mean[19]!);
  }
  expect(await page.locator("#lenet .answers canvas").count()).toBe(48);
  await page.close();
}, 240_000);

test("stops, and after a reload goes on to the same numbers", async () => {
  const query = "lenet.budget=1&lenet.images=5120&lenet.threads=one&lenet.optimizers=entropy-sgd";
  const page = await opened(query);
  await trained(page, /and train/);
  const whole = await columns(page);
  expect(whole["Entropy-SGD, each batch"]).toHaveLength(40);

  await press(page, "Start afresh");
  await page.locator("#lenet td", { hasText: /^[1-9]\d* of/ }).waitFor();
  await press(page, "Stop");
  await idle(page);
  const numBefore = await gradientsShown(page);
  expect(numBefore).toBeLessThan(40);
  await page.reload();
  await page.locator("#lenet").scrollIntoViewIfNeeded();
  await press(page, /and train/);
  await page.locator("#lenet td", { hasText: /^[1-9]\d* of/ }).waitFor();
  // What was kept is shown at once.
  expect(await gradientsShown(page)).toBeGreaterThanOrEqual(numBefore);
  await idle(page);
  expect(await columns(page)).toEqual(whole);
  await page.close();
}, 240_000);

test("frames come in time while one thread trains", async () => {
  const page = await opened("lenet.threads=one&lenet.optimizers=entropy-sgd");
  await page.waitForLoadState("networkidle");
  await press(page, /and train/);
  await page.locator("#lenet .caption", { hasText: "Training" }).first().waitFor();
  await expectSmooth(page);
  await page.close();
}, 60_000);

test("a damaged file, and a server that does not answer, are one sentence each; nothing of the page breaks rules of accessibility", async () => {
  const page = await opened("lenet.optimizers=sgd");
  await page.route("**/*labels*.bin", (route) => route.fulfill({ body: "no labels" }));
  await press(page, /and train/);
  const alert = page.locator("#lenet [role=alert]");
  await alert.waitFor();
  expect(await alert.innerText()).toMatch(
    /^The training ended: http.*labels.*\.bin: damaged, its md5 must be \w+, found \w+\.$/,
  );
  await page.route("**/*labels*.bin", (route) => route.abort());
  await press(page, /and train/);
  await page.locator("#lenet [role=alert]", { hasText: "no answer" }).waitFor();
  for (const id of ["#lenet", "#findings"]) {
    await page.locator(id).scrollIntoViewIfNeeded();
    await page.waitForSelector(`${id} figure`);
    const found = await violationsIn(page, {
      within: [id],
      impacts: ["minor", "moderate", "serious", "critical"],
    });
    expect(found, id).toEqual([]);
  }
  await page.close();
});
