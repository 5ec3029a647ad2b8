import { expect, test } from "vitest";
import { webPlatform } from "./webPlatform.ts";

const refused =
  "threads: must be 1, the page is not cross-origin isolated: threads need its server to send " +
  "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp, got 2";

test("where nothing is isolated there is one thread, and more are refused with what is missing", async () => {
  expect(webPlatform()).toMatchObject({ threads: 1, inPlace: false });
  expect(webPlatform({ threads: 1 })).toMatchObject({ threads: 1, cores: 1 });
  expect(() => webPlatform({ threads: 2 })).toThrow(refused);
  await expect(webPlatform().loadRuntime("cpu", 2)).rejects.toThrow(refused);
  for (const threads of [0, 1.5, -1, Number.NaN]) expect(() => webPlatform({ threads })).toThrow("a positive integer");
  expect(() => webPlatform({ wasmPath: "/ort/" } as object)).toThrow("wasmPath");
});

test("wasmPaths that are no addresses are refused before anything is loaded", () => {
  for (const wasmPaths of [
    "/ort/",
    "./ort/",
    "../",
    "https://pages/ort/",
    { mjs: "/a.mjs" },
    { wasm: "blob:x", mjs: "/a" },
  ]) {
    expect(() => webPlatform({ wasmPaths })).not.toThrow();
  }
  for (const wasmPaths of ["", "ort/", "/ort", 5, null, {}, [], { wasm: 5 }, { mjs: "x.mjs" }, { js: "/x.js" }]) {
    const wrong = { wasmPaths } as object;
    expect(() => webPlatform(wrong)).toThrow(
      "webPlatform: wasmPaths: must be the address of a folder with its final slash",
    );
  }
});
