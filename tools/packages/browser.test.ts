/** The packages in pages and web workers of Chromium, beside Node. */
import { type Browser, type BrowserContext, chromium } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadMnist, nodePlatform } from "../../packages/training/src/node.ts";
import type { programs, WebTrace } from "./browser/programs.ts";
import { ortPaths, testSite } from "./browser/site.ts";
import { type Digits, numDigits, type Trace, traceOf } from "./browser/trace.ts";
import { executablePath, flags } from "./chromiumFlags.mjs";
import type { Site } from "./serve.ts";

type Program = keyof typeof programs;

let browser: Browser;
let site: Site;
let inNode: Trace;
/** Addresses that anything in the browser asked for. */
const requests: string[] = [];

beforeAll(async () => {
  const digits = firstDigits();
  [browser, site, inNode] = await Promise.all([
    chromium.launch({ executablePath, args: [...flags] }),
    testSite(digits),
    traceOf({ ...nodePlatform, cores: 2 }, digits),
  ]);
});
afterAll(async () => {
  await browser?.close();
  site?.close();
});

/** The first digits of MNIST as its files have them. */
function firstDigits(): Digits {
  const { train } = loadMnist();
  const pixels = new Float32Array(784 * numDigits);
  for (let i = 0; i < numDigits; i++) train.readExampleInto(pixels, 784 * i, i);
  return {
    pixels: Uint8Array.from(pixels, (value) => Math.round(126 * value + 126)),
    labels: Uint8Array.from({ length: numDigits }, (_, i) => train.labelOf(i)),
  };
}

async function newContext(): Promise<BrowserContext> {
  const context = await browser.newContext();
  context.on("request", (request) => requests.push(request.url()));
  return context;
}

/** Has a page, or its worker, do a program. */
async function ask<Result>(path: string, program: Program, options: object, where = "call"): Promise<Result> {
  const context = await newContext();
  try {
    const page = await context.newPage();
    await page.goto(new URL(path, site.address).href);
    return (await page.evaluate(
      ([name, argument, caller]) =>
        (globalThis as unknown as Record<string, Function>)[caller as string]!(name, argument),
      [program, options, where] as const,
    )) as Result;
  } finally {
    await context.close();
  }
}

const wasmPaths = ortPaths.there;

describe("50 gradients of Entropy-SGD have Node's noise, masks, batches and points to the bit, and its losses to 1e-4", () => {
  test.each([
    ["a page", "/", "call", { isolated: false, threads: 1 }],
    ["a worker", "/", "callInWorker", { isolated: false, threads: 1 }],
    ["an isolated page", "/isolated", "call", { isolated: true, threads: 2 }],
    ["an isolated worker", "/isolated", "callInWorker", { isolated: true, threads: 2 }],
    ["a page that may make no workers of blobs", "/no-blobs", "call", { isolated: false, threads: 1 }],
  ] as const)("in %s", async (_, path, where, expected) => {
    const { losses, spawned, passed, isolated, threads, ...bits } = await ask<WebTrace>(
      path,
      "trace",
      { wasmPaths, threads: expected.threads === 1 ? undefined : 2 },
      where,
    );
    const { losses: wanted, ...wantedBits } = inNode;
    expect({ isolated, threads, spawned, numGradients: losses.length }).toEqual({
      ...expected,
      spawned: 2,
      numGradients: 50,
    });
    expect(new Set(bits.noise).size).toBeGreaterThan(45);
    expect(bits).toEqual(wantedBits);
    const differences = losses.map((loss, i) => Math.abs(loss - wanted[i]!) / wanted[i]!);
    expect(Math.max(...differences)).toBeLessThan(1e-4);
    expect(wanted.at(-1)).toBeLessThan(0.6 * wanted[0]!);
    // Without shared memory the noise comes in messages.
    if (path === "/") expect(passed).toBeGreaterThan(45);
    else expect(passed).toBe(0);
  });
});

test("nothing asks another origin for anything", () => {
  expect(requests.length).toBeGreaterThan(20);
  const origin = new URL(site.address).origin;
  expect(requests.filter((address) => new URL(address).origin !== origin)).toEqual([]);
});
