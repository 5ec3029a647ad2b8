import { expect, test } from "vitest";
import { bestVariant } from "./bestVariant.mjs";

test("a single configuration is taken without a trial", () => {
  const refuse = () => expect.unreachable();
  expect(bestVariant({ stages: [() => [{ threads: 2 }]] }, "lenet", refuse)).toEqual({
    ...{ variant: { threads: 2 }, tried: [], reason: null },
  });
});

const stages = [
  () => [{ threads: 1 }, { threads: 2 }],
  (best: object, network: string) => [
    { ...best, coreType: network },
    { ...best, coreType: "other" },
  ],
];

test("a later stage starts from the fastest so far; what fails is passed over and told", () => {
  const stepMs: Record<string, number> = { "1": 30, "2": 20, "2 lenet": 15 };
  const trial = ({ threads, coreType }: { threads: number; coreType?: string }) => {
    const found = stepMs[[threads, coreType].filter(Boolean).join(" ")];
    return found === undefined ? { reason: "throws: no such kernel" } : { stepMs: found };
  };
  const { variant, tried, reason } = bestVariant({ stages }, "lenet", trial);
  expect(variant).toEqual({ threads: 2, coreType: "lenet" });
  expect(reason).toBeNull();
  expect(tried.map((one: { stepMs: number | null }) => one.stepMs)).toEqual([30, 20, 15, null]);
  expect(tried[3]).toMatchObject({ variant: { threads: 2, coreType: "other" }, reason: "throws: no such kernel" });
});

test("the fastest are tried once more and count with their better time", () => {
  const times = [10, 11, 12, 13, 9, 8, 20];
  const { variant, tried } = bestVariant({ stages }, "lenet", () => ({ stepMs: times.shift() }));
  // Second trials, in the order of the first: 10 → 9, 11 → 8, 12 stays.
  expect(tried.map((one: { stepMs: number }) => one.stepMs)).toEqual([9, 8, 12, 13]);
  expect(variant).toEqual({ threads: 2 });
});

test("where no first configuration runs, the reason is the first one's", () => {
  const found = bestVariant({ stages }, "lenet", ({ threads }: { threads: number }) => ({
    reason: `throws: ${threads}`,
  }));
  expect(found).toMatchObject({ variant: null, reason: "throws: 1" });
  expect(found.tried).toHaveLength(2);
});
