import { expect, test } from "vitest";
import { chooseRate } from "./chooseRate.mjs";

/** Errors with a minimum at `best`, a factor of two per half decade; seeds add what `noise` says. */
const errors = (best: number, noise = (_rate: number, _seed: number) => 0) => {
  const asked: string[] = [];
  const errorOf = async (rate: number, seed: number) => {
    asked.push(`${rate} ${seed}`);
    return 0.01 * 2 ** Math.round(2 * Math.abs(Math.log10(rate / best))) + noise(rate, seed);
  };
  return { asked, errorOf };
};

test("goes outwards until the best has a worse one on both sides", async () => {
  for (const best of [1e-3, 0.1, 1]) {
    const { rate, tried, inside } = await chooseRate(0.03, [1], errors(best).errorOf);
    expect([rate, inside]).toEqual([best, true]);
    expect(tried.indexOf(best)).toBeGreaterThan(0);
    expect(tried.indexOf(best)).toBeLessThan(tried.length - 1);
  }
});

test("says that the best is at the end of the grid", async () => {
  expect(await chooseRate(1, [1], errors(10).errorOf)).toMatchObject({ rate: 3, inside: false });
});

test("measures further seeds only of candidates that are near the best, and decides by their mean", async () => {
  // After the first seed 0.1 leads 0.03 a little; over the three 0.03 is better.
  const { asked, errorOf } = errors(0.03, (rate, seed) => (rate === 0.1 && seed === 1 ? -0.0105 : 0));
  expect(await chooseRate(0.03, [1, 2, 3], errorOf)).toMatchObject({ rate: 0.03 });
  expect(asked).toContain("0.03 3");
  expect(asked).not.toContain("0.01 2");
});

test("takes the smaller of equals", async () => {
  expect(await chooseRate(0.03, [1, 2], async (rate: number) => (rate < 0.02 || rate > 0.2 ? 0.5 : 0.1))).toMatchObject(
    {
      rate: 0.03,
    },
  );
});
