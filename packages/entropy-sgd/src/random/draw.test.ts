import { describe, expect, test } from "vitest";
import { sharedMemory } from "../memory.ts";
import { entropyAdam } from "../optimizers/entropyAdam.ts";
import { entropySgd } from "../optimizers/entropySgd.ts";
import type { NormalsAhead } from "./draw.ts";
import { normalInto } from "./fills.ts";

describe.each([
  [
    "entropySgd",
    entropySgd({ innerSteps: 3, noise: 0.1, scope: 0.1, groups: [{ start: 70, end: 9001, frozen: true }] }),
  ],
  ["entropyAdam", entropyAdam({ innerSteps: 3, noise: 0.1, scope: 0.1, adaptive: "both" })],
])("%s", (_, optimizer) => {
  test("has the same bits whatever part of its normals is drawn ahead", () => {
    const start = new Float32Array(20_000).map((__, i) => Math.sin(i));
    const run = (source: NormalsAhead | null): Float32Array => {
      const memory = sharedMemory(4 * 20_016 * 8);
      memory.useNormals(source);
      const gradient = memory.allocate(start.length, start);
      let state = optimizer.init(start, memory);
      for (let step = 0; step < 7; step++) {
        gradient.set((optimizer.gradientPoint(state) as Float32Array).map((x) => x - 1));
        state = optimizer.step(gradient, state);
      }
      return (optimizer.gradientPoint(state) as Float32Array).slice();
    };
    let given = 0;
    const partly: NormalsAhead = {
      take(from) {
        const all = new Float32Array(20_000);
        normalInto(all, from);
        given += 1;
        return all.subarray(0, (from.step % 4) * 5_000);
      },
    };
    expect([...run(partly)]).toEqual([...run(null)]);
    expect(given).toBeGreaterThanOrEqual(7);
  });
});
