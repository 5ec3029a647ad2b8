/** What pages lack: each has one error that names it, in Chromium as it is. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { libraryMean } from "./browser/libraryMean.ts";
import { openBrowser, type TestBrowser } from "./browser/openBrowser.ts";
import type { programs } from "./browser/programs.ts";
import { ortPaths } from "./browser/site.ts";

type Failure = Awaited<ReturnType<typeof programs.failure>>;

let browser: TestBrowser;
beforeAll(async () => {
  browser = await openBrowser({ pixels: new Uint8Array(0), labels: new Uint8Array(0) });
});
afterAll(() => browser?.close());

const wasmPaths = ortPaths.there;
const unserved = "onnxruntime-web is served, unless a bundler has put it where it is looked for";

test.each([
  [
    "a file that is not there",
    "/",
    { wasmPaths: ortPaths.missing },
    "/nowhere/ort-wasm-simd-threaded.mjs is not there: the server answers with status 404",
  ],
  [
    "a page in a file's place",
    "/",
    { wasmPaths: { wasm: ortPaths.replaced } },
    "/replaced/ is served as text/html, perhaps a page in its place",
  ],
  ["no place of the files, with threads", "/isolated", { threads: 2 }, unserved],
  ["no place of the files", "/", {}, unserved],
  [
    "more threads than one without isolation",
    "/",
    { wasmPaths, threads: 2 },
    "threads: must be 1, the page is not cross-origin isolated",
  ],
  ["more threads for one network", "/", { wasmPaths, asked: 2 }, "Cross-Origin-Opener-Policy: same-origin"],
  [
    "no adapter of WebGPU",
    "/",
    { wasmPaths, device: "webgpu" },
    "device: webgpu cannot be used here: the browser has no WebGPU adapter",
  ],
  ["a policy without WebAssembly", "/no-wasm", { wasmPaths }, "content security policy: must allow 'wasm-unsafe-eval'"],
] as const)("%s", async (_, path, options, expected) => {
  const tab = await browser.open(path);
  // A worker has the policy that its own script came with, here none.
  const doers = path === "/no-wasm" ? (["call"] as const) : (["call", "callInWorker"] as const);
  for (const doer of doers) {
    const { name, message, meanWeight } = await tab.ask<Failure>("failure", options, doer);
    expect([name, message]).toEqual(["InputError", expect.stringContaining(expected)]);
    expect(message).not.toContain("\n");
    // The library works there, with or without WebAssembly, to the same bits.
    expect(meanWeight).toBe(libraryMean());
  }
  await tab.page.context().close();
});

test("a saved run is one tab's; another tab has it when the first is closed", async () => {
  const context = await browser.newContext();
  const [first, second] = [await browser.open("/", context), await browser.open("/", context)];
  expect(await first.ask("hold", { run: "lenet" })).toBe("held");
  const refused =
    "withRunLock: lenet: the saved run is in use by another tab or worker of this browser: stop it there, or close it";
  expect(await second.ask("hold", { run: "lenet" })).toBe(refused);
  expect(await second.ask("hold", { run: "lenet" }, "callInWorker")).toBe(refused);
  expect(await second.ask("hold", { run: "another" })).toBe("held");
  await first.page.close();
  await expect.poll(() => second.ask("hold", { run: "lenet" })).toBe("held");
  await context.close();
});
