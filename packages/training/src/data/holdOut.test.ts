import fc from "fast-check";
import { expect, test } from "vitest";
import { arraySplit } from "./arraySplit.ts";
import { holdOut } from "./holdOut.ts";
import type { Split } from "./split.ts";
import { targetSplit } from "./targetSplit.ts";

/** Examples that are their own numbers. */
function split(labels: readonly number[]): Split {
  return arraySplit({ inputs: Float32Array.from(labels.keys()), labels, inputShape: [1], numClasses: 4 });
}

function indices({ numExamples, readExampleInto }: Split): number[] {
  return Array.from({ length: numExamples }, (_, i) => {
    const out = new Float32Array(1);
    readExampleInto(out, 0, i);
    return out[0]!;
  });
}

const labels = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 60 });

test("parts are disjoint and complete, and a stratified one has every class's share to within one example", () => {
  fc.assert(
    fc.property(
      labels,
      fc.nat(),
      fc.constantFrom("last", "random", "stratified"),
      fc.nat(),
      (list, raw, heldOut, seed) => {
        const held = raw % list.length;
        const { train, validation } = holdOut(split(list), { validation: held, heldOut, seed });
        expect(validation.numExamples).toBe(held);
        expect([...indices(train), ...indices(validation)].sort((a, b) => a - b)).toEqual([...list.keys()]);
        for (const i of indices(validation).keys()) {
          expect(validation.labelOf(i)).toBe(list[indices(validation)[i]!]);
        }
        if (heldOut !== "stratified") return;
        for (const label of [0, 1, 2, 3]) {
          const own = indices(validation).filter((i) => list[i] === label).length;
          const share = (list.filter((one) => one === label).length * held) / list.length;
          expect(Math.abs(own - share)).toBeLessThan(1);
        }
      },
    ),
    { seed: 1, numRuns: 60 },
  );
});

test("the draw is a function of the seed and of the part", () => {
  const whole = split(Array.from({ length: 40 }, (_, i) => i % 4));
  const draw = (seed: number, part?: "test") =>
    indices(holdOut(whole, { validation: 10, heldOut: "random", seed }, part).validation);
  expect(draw(0)).toEqual(draw(0));
  expect(draw(1)).not.toEqual(draw(0));
  expect(draw(0, "test")).not.toEqual(draw(0));
});

test("a share is rounded to whole examples; numbers have no classes to stratify by", () => {
  const { train, validation } = holdOut(split([0, 1, 2, 3, 0, 1, 2]), { validation: 0.2 });
  expect([train.numExamples, validation.numExamples]).toEqual([6, 1]);
  const numbers = targetSplit({ inputs: new Float32Array(3), targets: new Float32Array(3), inputShape: [1] });
  expect(() => holdOut(numbers, { validation: 1, heldOut: "stratified" })).toThrow(
    "heldOut: stratified needs targets that are classes, they are numbers",
  );
});
