import { expect, test } from "vitest";
import { allFinite } from "./allFinite.ts";

test.each([Float32Array, Float64Array])("every place of a %o is looked at", (Numbers) => {
  for (let length = 0; length <= 9; length++) {
    const finite = new Numbers(length);
    for (let i = 0; i < length; i++) finite[i] = (-1) ** i * 3e38;
    expect(allFinite(finite)).toBe(true);
    for (let at = 0; at < length; at++)
      for (const bad of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        const vector = finite.slice();
        vector[at] = bad;
        expect(allFinite(vector)).toBe(false);
      }
  }
});
