/** The packages in pages and web workers of Chromium, beside Node. */
import type { CDPSession } from "playwright";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadMnist, nodePlatform } from "../../packages/training/src/node.ts";
import { openBrowser, type TestBrowser } from "./browser/openBrowser.ts";
import type { programs, WebTrace } from "./browser/programs.ts";
import { ortPaths } from "./browser/site.ts";
import { type Digits, numDigits, type Trace, traceOf } from "./browser/trace.ts";

let browser: TestBrowser;
let inNode: Trace;

beforeAll(async () => {
  const digits = firstDigits();
  [browser, inNode] = await Promise.all([openBrowser(digits), traceOf({ ...nodePlatform, cores: 2 }, digits)]);
});
afterAll(() => browser?.close());

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

const wasmPaths = ortPaths.there;

describe("50 gradients have Node's noise, masks, batches and points to the bit, and its losses to 1e-4,", () => {
  const plain = { isolated: false, threads: 1 };
  const isolated = { isolated: true, threads: 2 };
  test.each([
    ["a page", "/", "call", plain],
    ["a worker", "/", "callInWorker", plain],
    ["an isolated page", "/isolated", "call", isolated],
    ["an isolated worker", "/isolated", "callInWorker", isolated],
    ["a page that may not make workers of blobs", "/no-blobs", "call", plain],
  ] as const)("in %s", async (_, path, doer, expected) => {
    const options = { wasmPaths, ...(expected.isolated ? { threads: 2 } : {}) };
    const tab = await browser.open(path);
    const { losses, spawned, passed, ...given } = await tab.ask<WebTrace>("trace", options, doer);
    const { losses: wanted, ...bits } = inNode;
    expect(losses.length).toBe(50);
    expect(given).toEqual({ ...bits, ...expected });
    const differences = losses.map((loss, i) => Math.abs(loss - wanted[i]!) / wanted[i]!);
    expect(Math.max(...differences)).toBeLessThan(1e-4);
    // That there was something to compare: it learnt, with other noise each time.
    expect(wanted.at(-1)).toBeLessThan(0.6 * wanted[0]!);
    expect(new Set(bits.noise).size).toBeGreaterThan(45);
    // Two trainings; without shared memory their noise comes in messages.
    expect(spawned).toBe(2);
    if (path === "/") expect(passed).toBeGreaterThan(10);
    else expect(passed).toBe(0);
    await tab.page.context().close();
  });
});

test("nothing asks another origin for anything", () => {
  expect(browser.requests.length).toBeGreaterThan(20);
  const { origin } = new URL(browser.site.address);
  expect(browser.requests.filter((address) => new URL(address).origin !== origin)).toEqual([]);
});

describe("memory", () => {
  /** Bytes by kind: JavaScript's objects, buffers, WebAssembly's memories. */
  type Use = Readonly<Record<"objects" | "buffers" | "wasm", number>>;

  async function used(session: CDPSession, wasm: number): Promise<Use> {
    await session.send("HeapProfiler.collectGarbage");
    const heap = (await session.send("Runtime.getHeapUsage")) as unknown as {
      usedSize: number;
      backingStorageSize: number;
    };
    return { objects: heap.usedSize, buffers: heap.backingStorageSize, wasm };
  }

  /**
   * A kilobyte of objects a step would be 512,000 bytes; what the engine compiles of the code meanwhile was 180,000. Of the two
   * buffers of noise one may be with the worker. WebAssembly's memories are the same pages.
   */
  const vector = 4 * 76_330;
  const isFlat = (before: Use, after: Use): boolean =>
    after.objects - before.objects < 512_000 &&
    after.buffers - before.buffers <= 2 * vector &&
    after.wasm === before.wasm;

  test("stays flat over 500 steps, and a kept gradient a step would be seen", async () => {
    const tab = await browser.open("/");
    const session = await tab.page.context().newCDPSession(tab.page);
    const useAfter = async (steps: number, leak = false): Promise<Use> =>
      used(session, await tab.ask("moreSteps", { wasmPaths, steps, leak }));
    const warm = await useAfter(200);
    const flat = await useAfter(500);
    expect(isFlat(warm, flat), JSON.stringify({ warm, flat })).toBe(true);
    expect(flat.wasm).toBeGreaterThan(2 ** 23);
    const leaking = await useAfter(20, true);
    expect(isFlat(flat, leaking), JSON.stringify({ flat, leaking })).toBe(false);
    await tab.page.context().close();
  });
});

test("ONNX Runtime's files are asked for when a network is compiled, and once", async () => {
  const tab = await browser.open("/");
  const isRuntime = (address: string): boolean => /ort[.-]/.test(address);
  const before = browser.requests.length;
  await tab.ask("hold", { run: "another" });
  expect(browser.requests.slice(before).filter(isRuntime)).toEqual([]);
  await tab.ask("moreSteps", { wasmPaths, steps: 1 });
  await tab.ask("gradients", { wasmPaths, device: "cpu" });
  const asked = browser.requests.slice(before).filter(isRuntime);
  expect(asked.map((address) => address.replace(/.*\/|-\w{8}\.js$/g, ""))).toEqual([
    "ort.wasm.bundle.min",
    "ort-wasm-simd-threaded.mjs",
    "ort-wasm-simd-threaded.wasm",
  ]);
  await tab.page.context().close();
});

test("a graphics processor computes a tiny network's gradients, to 1e-4 those of the processor", async () => {
  const withGpu = await openBrowser({ pixels: new Uint8Array(0), labels: new Uint8Array(0) }, { gpu: true });
  try {
    type Result = Awaited<ReturnType<typeof programs.gradients>>;
    const tab = await withGpu.open("/");
    const onGpu = await tab.ask<Result>("gradients", { wasmPaths, device: "webgpu" });
    // Chromium's adapter here is one in software, which `auto` leaves.
    const onCpu = await tab.ask<Result>("gradients", { wasmPaths, device: "auto" });
    expect([onGpu.device, onCpu.device]).toEqual(["webgpu", "cpu"]);
    for (const [i, loss] of onCpu.losses.entries()) expect(Math.abs(onGpu.losses[i]! / loss - 1)).toBeLessThan(1e-4);
    const largest = Math.max(...onCpu.gradient.map(Math.abs));
    for (const [i, slope] of onCpu.gradient.entries()) {
      expect(Math.abs(onGpu.gradient[i]! - slope)).toBeLessThan(1e-4 * largest);
    }
    expect(largest).toBeGreaterThan(0.01);
  } finally {
    await withGpu.close();
  }
});
