import type { OnnxRuntime } from "onnx-grad";
import { expect, test } from "vitest";
import { withTurns } from "./withTurns.ts";

test("runs that end without the event loop give it its turns", async () => {
  let numRuns = 0;
  const run = async () => {
    numRuns += 1;
    return {};
  };
  const runtime = { Tensor: null, InferenceSession: { create: async () => ({ run }) } } as unknown as OnnxRuntime;
  const session = await withTurns(runtime).InferenceSession.create(new Uint8Array());
  let isHeard = false;
  setTimeout(() => {
    isHeard = true;
  });
  const end = performance.now() + 5_000;
  while (!isHeard && performance.now() < end) await session.run({});
  expect(isHeard).toBe(true);
  expect(numRuns).toBeGreaterThan(1);
});
