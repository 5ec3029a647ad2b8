import { gridLocalEntropy } from "entropy-sgd/landscape";
import { roughValleys } from "entropy-sgd/planted";
import { describe, expect, test } from "vitest";
import { innerLoopAt, newBalls } from "./balls.ts";
import { densityChart } from "./charts.ts";
import { controlHeightsOf, drawLine, landscapeOf, slopeOf, valleyAt } from "./landscape.ts";
import { valleysAt } from "./valleysAt.ts";

const undrawn = { seed: 42, drawn: null };

describe("curves", () => {
  test("−F is the loss itself at the largest γ", () => {
    const { loss, smoothed } = valleysAt(undrawn, 1);
    // f'²/2γ + f''/2γ with slopes up to 0.09 and curvatures up to 0.0113, away from the ends, where half of the neighbourhood is missing.
    for (let x = 10; x < 990; x++) expect(Math.abs(smoothed[x]! - loss[x]!)).toBeLessThan(0.01);
  });

  test("as γ shrinks, its minimum moves from the sharp valley to the wide one", () => {
    const places = [1, 0.1, 0.003, 0.001, 5e-5].map((gamma) => valleyAt(valleysAt(undrawn, gamma).widest));
    expect(places).toEqual(["sharp", "sharp", "sharp", "wide", "wide"]);
    expect(valleyAt(valleysAt(undrawn, 5e-5).lowest)).toBe("sharp");
  });
});

describe("a drawn landscape", () => {
  test("begins as the one that it changes, within the distance of its control points", () => {
    const rough = roughValleys(42);
    const drawn = landscapeOf({ seed: 42, drawn: controlHeightsOf(rough) });
    // f'' h²/8 between control points 15.6 apart, and half a 255th of 2.4.
    for (let x = 0; x < 1000; x++) expect(Math.abs(drawn[x]! - rough[x]!)).toBeLessThan(0.36);
  });

  test("follows the line of the pointer, within the range that an address keeps", () => {
    const flat = new Float64Array(65).fill(1);
    const drawn = drawLine(flat, [0, -9], [999 / 2, 0.2]);
    expect(drawn[0]).toBe(0);
    expect(drawn[32]).toBe(1);
    // A quarter of the line from −9 to 0.2 is still below the range, its last eighth is within.
    expect([drawn[8], drawn[33]]).toEqual([0, 1]);
    expect(drawn[28]).toBeCloseTo((-9 + (28 / 32) * 9.2 + 2.2) / 2.4, 2);
    expect(flat.every((height) => height === 1)).toBe(true);
    for (const height of drawn) expect(Number.isInteger(Math.round(height * 255 * 1e9) / 1e9)).toBe(true);
  });
});

describe("balls", () => {
  const loss = roughValleys(42);

  test("are the same however their steps are portioned", () => {
    const [one, other] = [newBalls(1, loss, 785), newBalls(1, loss, 785)];
    for (let i = 0; i < 4; i++) one.finishOuterStep(0.01);
    for (let i = 0; i < 16; i++) other.advance(0.01, 0.25);
    expect(other.snapshot(0.01)).toEqual(one.snapshot(0.01));
    expect(one.snapshot(0.01)).toMatchObject({ outerSteps: 4, gradients: 4 * innerLoopAt(0.01).steps });
  });

  test("both fall into the sharp valley at a large γ, and the density around the ball has mass one", () => {
    const balls = newBalls(3, loss, 785);
    for (let i = 0; i < 60; i++) balls.finishOuterStep(0.02);
    const { sgd, entropy, density } = balls.snapshot(0.02);
    expect(valleyAt(sgd)).toBe("sharp");
    expect(valleyAt(entropy)).toBe("sharp");
    expect(density.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
  });

  test("stay within the walls", () => {
    const slopeAt = slopeOf(loss);
    expect(slopeAt(-10)).toBeLessThan(0);
    expect(slopeAt(1009)).toBeGreaterThan(0);
  });

  test("the panel's top is above the density", () => {
    const balls = newBalls(1, loss, 300);
    const { density } = balls.snapshot(1);
    expect(densityChart(1, balls.snapshot(1)).y.range![1]).toBeGreaterThan(Math.max(...density));
  });
});

test("the figure's −F is the library's, but for its constant", () => {
  const { smoothed } = valleysAt(undrawn, 0.01);
  const plain = gridLocalEntropy(roughValleys(42), { scope: 0.01 });
  const constant = 0.5 * Math.log((2 * Math.PI) / 0.01);
  for (const x of [0, 300, 999]) expect(smoothed[x]! - plain[x]!).toBeCloseTo(constant, 12);
});
