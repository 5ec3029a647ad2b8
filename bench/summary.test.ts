import { describe, expect, test } from "vitest";
import { median, ratioToOurs, stepTable, summaryOf, withoutOtherWork } from "./summary.mjs";

test("median of an odd and an even number of values, which stay as they are", () => {
  const values = [3, 1, 10];
  expect(median(values)).toBe(3);
  expect(values).toEqual([3, 1, 10]);
  expect(median([10, 1, 3, 2])).toBe(2.5);
});

test("summaryOf takes the median of rounds' medians; single values count as they are; nothing gives null", () => {
  const runs = [{ stepMs: [1, 2, 90] }, { stepMs: [4, 4, 4] }, { stepMs: [3] }, {}];
  expect(summaryOf(runs, "stepMs")).toEqual({ median: 3, low: 2, high: 4 });
  expect(summaryOf([{ peakMB: 7 }, { peakMB: 9 }], "peakMB")).toEqual({ median: 8, low: 7, high: 9 });
  expect(summaryOf(runs, "updateMs")).toBeNull();
});

const run = { loss: 2.4, gradientMs: [10.00004], updateMs: [1], stepMs: [12, 11, 10] };
const ours = { name: "ours", reason: null, runs: [run] };
const absent = { name: "pytorch", reason: "absent: apt-get install", runs: [] };

describe("stepTable", () => {
  test("an engine that was measured has numbers and no reason, an absent one nulls and its reason", () => {
    expect(stepTable({ lenet: { engines: [ours, absent] } })).toEqual([
      { network: "lenet", engine: "ours", gradientMs: 10, updateMs: 1, stepMs: 11 },
      {
        ...{ network: "lenet", engine: "pytorch", reason: absent.reason },
        gradientMs: null,
        updateMs: null,
        stepMs: null,
      },
    ]);
  });
});

test("ratioToOurs is theirs to ours, null where one was not measured", () => {
  const slow = { name: "jax-js", reason: null, runs: [{ stepMs: [22] }] };
  expect(ratioToOurs({ engines: [ours, slow] }, "jax-js", "stepMs")).toBe(2);
  expect(ratioToOurs({ engines: [ours, absent] }, "pytorch", "stepMs")).toBeNull();
  expect(ratioToOurs({ engines: [slow] }, "jax-js", "stepMs")).toBeNull();
});

test("withoutOtherWork drops what has another first loss, and nothing where ours was not measured", () => {
  const near = { name: "pytorch", reason: null, runs: [{ loss: 2.4005 }] };
  const far = { name: "jax-js", reason: null, runs: [{ loss: 2.41 }] };
  const broken = { name: "tfjs-cpu", reason: null, runs: [{ loss: null }] };
  const [, kept, dropped, none] = withoutOtherWork([ours, near, far, broken]);
  expect(kept).toBe(near);
  expect(dropped).toMatchObject({ runs: [], reason: "not the same work: its loss is 2.41, ours 2.4" });
  expect(none.runs).toEqual([]);
  expect(withoutOtherWork([near, far])).toEqual([near, far]);
});
