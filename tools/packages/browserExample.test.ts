/** The page of examples/browser, built and served as `npm run example:browser` does it, in Chromium. */
import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { buildSpec, evaluationPrograms, networks, subset } from "entropy-sgd-training";
import { safetensorsBy } from "entropy-sgd-training/formats";
import { loadMnist, nodePlatform } from "entropy-sgd-training/node";
import { InferenceSession, Tensor } from "onnxruntime-node";
import { type BrowserContext, chromium, type Page } from "playwright";
import { build, type PreviewServer, preview } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../workspace.ts";
import { executablePath, flags } from "./chromiumFlags.mjs";
import { newFolder } from "./consumer.ts";

const configFile = join(root, "examples/browser/vite.config.ts");
const profile = newFolder();
/** Two outer steps, with a measurement of the test error after each. */
const settings = "?network=small-lenet&images=2560&budget=2&threads=1";

let server: PreviewServer;
let context: BrowserContext;
let address = "";
const requested = new Set<string>();

beforeAll(async () => {
  await build({ configFile, logLevel: "error" });
  server = await preview({ configFile, logLevel: "error", preview: { port: 0 } });
  address = server.resolvedUrls!.local[0]!;
  context = await chromium.launchPersistentContext(profile, { executablePath, args: [...flags], headless: true });
  context.on("request", (request) => requested.add(new URL(request.url()).origin));
}, 60_000);

afterAll(async () => {
  await context?.close();
  await server?.close();
  rmSync(profile, { recursive: true, force: true });
});

const textOf = (page: Page, id: string): Promise<string | null> => page.textContent(`#${id}`);

async function opened(query = settings): Promise<Page> {
  const page = await context.newPage();
  await page.goto(address + query);
  return page;
}

async function finish(page: Page): Promise<void> {
  await page.click("#start:enabled");
  await page.waitForSelector("#status:text('Finished.')");
  await page.waitForSelector("#save-weights:enabled");
}

/** The bytes that a button saves. */
async function saved(page: Page, button: string): Promise<Uint8Array> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(`#${button}:enabled`)]);
  return new Uint8Array(readFileSync(await download.path()));
}

/** Adds one to a byte in the middle of a file of each checkpoint in the page's database. As text: this is no page. */
const damage = `new Promise((resolve, reject) => {
  indexedDB.open("entropy-sgd").onsuccess = ({ target }) => {
    const transaction = target.result.transaction("checkpoints", "readwrite");
    transaction.objectStore("checkpoints").openCursor().onsuccess = ({ target: { result: cursor } }) => {
      if (cursor === null) return;
      const bytes = cursor.value["optimizer.safetensors"];
      bytes[bytes.length >> 1] += 1;
      cursor.update(cursor.value);
      cursor.continue();
    };
    transaction.oncomplete = resolve;
    transaction.onabort = reject;
  };
})`;

describe("the page that trains in the browser", () => {
  test("stops, goes on after a reload to the same bits, and keeps a second tab off", async () => {
    const page = await opened();
    await finish(page);
    const whole = { weights: await saved(page, "save-weights"), model: await saved(page, "save-model") };
    const testError = Number.parseFloat((await textOf(page, "test-error"))!);
    await page.click("#delete:enabled");

    await page.waitForSelector("#start:text('Start'):enabled");
    expect(await textOf(page, "gradients")).toBe("0 of 40");
    await page.click("#start");
    await page.waitForSelector("#gradients:text-matches('^[1-9]')");
    const other = await opened();
    await other.waitForSelector("#error:visible");
    expect(await textOf(other, "error")).toContain("the saved run is in use by another tab or worker of this browser");
    await other.close();
    await page.click("#stop");
    await page.waitForSelector("#status:has-text('Stopped')");
    await page.reload();
    await page.waitForSelector("#status:text('A run of these settings is saved.')");
    const at = /^Go on from gradient (\d+)$/.exec((await textOf(page, "start"))!)?.[1];
    expect(Number(at)).toBeGreaterThan(0);
    expect(Number(at)).toBeLessThan(40);
    await finish(page);
    expect(await saved(page, "save-weights")).toEqual(whole.weights);
    expect(await saved(page, "save-model")).toEqual(whole.model);

    await page.evaluate(damage);
    await page.reload();
    await page.waitForSelector("#error:visible");
    expect(await textOf(page, "error")).toMatch(
      /^saved run network=.*: no checkpoint is intact \(.* checkpoint \d+: optimizer.safetensors: damaged, its SHA-256 is not/,
    );
    await page.click("#delete:enabled");
    await page.waitForSelector("#start:text('Start'):enabled");

    expect([...requested]).toEqual([new URL(address).origin]);
    await expectReadable(whole, testError);
  }, 120_000);

  test("says what is wrong with the settings of its address and of the form", async () => {
    const page = await opened("?budget=0");
    await page.waitForSelector("#status:text('Ready.')");
    expect(await textOf(page, "error")).toBe("budget must be from 0.01 to 100, got 0");
    await page.fill("[name=seed]", "1e300");
    await page.keyboard.press("Enter");
    expect(await textOf(page, "error")).toBe("seed must be a whole number from 0, got 1e300");
    await page.close();
  });

  test("starts what was just typed, and saves when its storage was cleared meanwhile", async () => {
    const page = await opened("?network=small-lenet&images=256&seed=2&threads=1");
    await page.fill("[name=budget]", "20");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#gradients:text-matches('^[1-9].* of 40')");
    expect(new URL(page.url()).searchParams.get("budget")).toBe("20");
    const protocol = await context.newCDPSession(page);
    await protocol.send("Storage.clearDataForOrigin", { origin: new URL(address).origin, storageTypes: "all" });
    await page.waitForSelector("#status:text('Finished.')");
    await page.waitForSelector("#saved:has-text('At gradient 40 of 40')");
    await page.waitForSelector("[name=budget]:focus");

    const other = await opened(new URL(page.url()).search);
    await other.click("#delete:enabled");
    await other.waitForSelector("#saved:has-text('None of these settings yet.')");
    await page.click("#save-weights");
    await page.waitForSelector("#error:has-text('The run was deleted in another tab.')");
    expect(await textOf(page, "gradients")).toBe("0 of 40");
    await Promise.all([page.close(), other.close()]);
  }, 60_000);
});

/** Node reads the weights, ONNX Runtime the model; they give the same outputs, and the test error that the page shows. */
async function expectReadable({ weights, model }: Record<"weights" | "model", Uint8Array>, testError: number) {
  const spec = networks["small-lenet"]!;
  const { tensors, metadata } = safetensorsBy(createHash).decode(weights, "weights");
  expect(metadata).toEqual({ network: "small-lenet", gradients: "40" });
  const programs = evaluationPrograms(spec, { platform: nodePlatform, dropout: 0, threads: 1 });
  const found = new Map(tensors.map(({ name, data }) => [name, data]));
  for (const [name, own] of Object.entries(programs.statistics)) own.set(found.get(name)!);
  const { parameters, numParams } = buildSpec(spec, { mode: "evaluation" });
  const params = new Float32Array(numParams);
  for (const { block } of parameters) params.set(found.get(block.name)!, block.offset);
  const { test: digits } = loadMnist();
  expect(100 * (await programs.evaluate(params, digits)).metrics.error!).toBeCloseTo(testError, 1);

  const eight = subset(
    digits,
    Int32Array.from({ length: 8 }, (_, i) => i),
  );
  const images = new Float32Array(8 * 784);
  for (let i = 0; i < 8; i++) eight.readExampleInto(images, 784 * i, i);
  const session = await InferenceSession.create(model);
  const inputs = { [session.inputNames[0]!]: new Tensor("float32", images, [8, ...spec.inputShape]) };
  const { logits } = await session.run(inputs);
  let expected = new Float32Array();
  await programs.outputs(params, eight, (outputs) => {
    expected = outputs.slice();
  });
  const given = [...(logits!.data as Float32Array)];
  expect(given).toEqual([...expected].map((value) => expect.closeTo(value, 4)));
  await programs.close();
}
