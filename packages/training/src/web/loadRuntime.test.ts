import { expect, test } from "vitest";
import { requireWebAssembly } from "./loadRuntime.ts";
import type { WebScope } from "./webScope.ts";

test("a browser without WebAssembly, and a policy that forbids it, are told apart", () => {
  requireWebAssembly({ WebAssembly } as unknown as WebScope);
  expect(() => requireWebAssembly({} as WebScope)).toThrow(
    "ONNX Runtime: needs WebAssembly, which this browser does not have or has turned off",
  );
  const Module = class {
    constructor() {
      throw new Error("blocked");
    }
  };
  expect(() => requireWebAssembly({ WebAssembly: { Module } } as unknown as WebScope)).toThrow("'wasm-unsafe-eval'");
});
