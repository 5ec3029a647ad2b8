import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { loadRuntime, whyNotLoaded } from "./loadRuntime.ts";

test("the runtime is loaded once, with its telemetry off", async () => {
  expect(await loadRuntime()).toBe(await loadRuntime());
  expect(process.env.ORT_DISABLE_TELEMETRY).toBe("1");
});

test("a worker thread that cannot turn the telemetry off is refused, with the remedy", async () => {
  const built = new URL("../../dist/node/loadRuntime.js", import.meta.url);
  const program = `
    const { parentPort } = require("node:worker_threads");
    import(${JSON.stringify(built.href)}).then(({ loadRuntime }) => loadRuntime()).then(
      () => parentPort.postMessage("loaded"), ({ message }) => parentPort.postMessage(message));`;
  const answer = (env: Record<string, string>): Promise<string> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(program, { eval: true, env });
      worker.once("message", resolve).once("error", reject);
    });
  expect(await answer({})).toMatch(/worker thread cannot tell it: set ORT_DISABLE_TELEMETRY=1/);
  expect(await answer({ ORT_DISABLE_TELEMETRY: "1" })).toBe("loaded");
});

test("this thread and those that it begins flush denormal numbers, however many have sessions", async () => {
  await loadRuntime();
  const small = Number("1e-310");
  expect(small * 2).toBe(0);
  const built = new URL("../../dist/node/loadRuntime.js", import.meta.url);
  const program = `
    const { parentPort } = require("node:worker_threads");
    const before = Number("1e-310") * 2;
    import(${JSON.stringify(built.href)}).then(({ loadRuntime }) => loadRuntime()).then(
      () => parentPort.postMessage([before, Number("1e-310") * 2]));`;
  for (let i = 0; i < 2; i++) {
    const worker = new Worker(program, { eval: true });
    expect(await new Promise((resolve) => worker.once("message", resolve))).toEqual([0, 0]);
  }
});

const supported = ["linux x64", "linux arm64", "darwin arm64"];
const platform = { name: "linux x64", supported, glibc: true };

test.each([
  [
    "libstdc++.so.6: cannot open shared object file: No such file or directory",
    platform,
    "the system library libstdc++.so.6 is missing (Debian and Ubuntu: apt-get install libstdc++6)",
  ],
  [
    "/lib/x86_64-linux-gnu/libm.so.6: version `GLIBC_2.38' not found (required by /a/libonnxruntime.so.1)",
    platform,
    "the system libraries are too old, GLIBC_2.38 is needed (/lib/x86_64-linux-gnu/libm.so.6: version `GLIBC_2.38' not found (required by /a/libonnxruntime.so.1))",
  ],
  [
    "Error loading shared library ld-linux-x86-64.so.2: No such file or directory",
    { ...platform, glibc: false },
    "its library for linux x64 needs glibc, and this Node runs on another C library, such as Alpine's musl (Error loading shared library ld-linux-x86-64.so.2: No such file or directory)",
  ],
  [
    "Cannot find module '../bin/napi-v6/darwin/x64/onnxruntime_binding.node'\nRequire stack:\n- a",
    { ...platform, name: "darwin x64" },
    "onnxruntime-node has no library for darwin x64, only for linux x64, linux arm64, darwin arm64",
  ],
  [
    "Cannot find package 'onnxruntime-node'",
    { ...platform, supported: [] },
    "the package onnxruntime-node is not installed; run npm ci in this repository, npm install onnxruntime-node in a project of your own",
  ],
  ["invalid ELF header\nmore", platform, "invalid ELF header"],
])("says what the platform lacks: %s", (message, on, told) => {
  expect(whyNotLoaded(new Error(message), on)).toBe(told);
});
