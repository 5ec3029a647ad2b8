import { expect, test } from "vitest";
import { plausible } from "./plausible.ts";

const found = { kind: "estimate", valid: true, reason: null, numEvaluations: 1 } as const;

test("F̃ above 0 is marked invalid, within its error it is not", () => {
  expect(plausible({ ...found, estimate: 0.01, standardError: 0.004 })).toMatchObject({
    valid: false,
    reason: "F̃ = 1.00e-2 is above 0, which a loss that is never negative rules out",
  });
  for (const estimate of [0.007, -3]) {
    expect(plausible({ ...found, estimate, standardError: 0.004 })).toMatchObject({ valid: true, reason: null });
  }
  const invalid = { ...found, estimate: Number.NaN, standardError: Number.NaN, valid: false, reason: "because" };
  expect(plausible(invalid)).toBe(invalid);
});
