import { expect, test } from "vitest";
import { webgpu } from "./webgpu.ts";
import { type WebScope, webScope } from "./webScope.ts";

const scopeWith = (scope: Partial<WebScope>): WebScope => ({ ...webScope, ...scope });
const adapter = (info?: object) => ({
  gpu: { requestAdapter: () => Promise.resolve(info === undefined ? {} : { info }) },
});

test("an adapter has the name that the browser tells of it", async () => {
  const info = { vendor: "google", architecture: "swiftshader", device: "", description: "" };
  expect(await webgpu(scopeWith({ navigator: adapter(info) }))).toEqual({ adapter: "google swiftshader" });
  const software = { ...info, isFallbackAdapter: true };
  expect(await webgpu(scopeWith({ navigator: adapter(software) }))).toEqual({
    adapter: "google swiftshader",
    software: true,
  });
  expect(await webgpu(scopeWith({ navigator: adapter() }))).toEqual({ adapter: "a WebGPU adapter" });
});

test("what is missing is named: the page's safety, WebGPU, an adapter", async () => {
  const secure = { navigator: {}, isSecureContext: true };
  expect(await webgpu(scopeWith(secure))).toEqual({ missing: "this browser has no WebGPU (no navigator.gpu)" });
  const insecure = await webgpu(scopeWith({ ...secure, isSecureContext: false }));
  expect(insecure).toEqual({ missing: "browsers give WebGPU to pages from https: or localhost only" });
  for (const requestAdapter of [() => Promise.resolve(null), () => Promise.reject(new Error("lost"))]) {
    expect(await webgpu(scopeWith({ navigator: { gpu: { requestAdapter } } }))).toEqual({
      missing: "the browser has no WebGPU adapter: no graphics processor, or one that its settings exclude",
    });
  }
});
