/** New primitives where a formula as written gives NaN or loses its digits: interpreted, optimised and compiled. */
import * as ort from "onnxruntime-node";
import { describe, expect, test } from "vitest";
import * as g from "../src/index.ts";
import { derivativesAt } from "./derivativesAt.ts";
import { runValues } from "./runProgram.ts";

const zero = g.constant(0);
const one = g.constant(1);
const positive = (x: g.Value): g.Value => g.greater(x, zero);

describe("where lets nothing of the branch not taken through", () => {
  test.each<[string, (x: g.Value) => g.Value, readonly number[], readonly (readonly number[])[]]>([
    [
      "log",
      (x) => g.where(positive(x), g.log(x), zero),
      [-1, 0, 2],
      [
        [0, 0, Math.log(2)],
        [0, 0, 0.5],
        [0, 0, -0.25],
      ],
    ],
    [
      "√",
      (x) => g.where(positive(x), g.sqrt(x), x),
      [-1, 0, 4],
      [
        [-1, 0, 2],
        [1, 1, 0.25],
        [0, 0, -1 / 32],
      ],
    ],
    [
      "1/x",
      (x) => g.where(g.equal(x, zero), one, g.div(g.sin(x), x)),
      [0, Math.PI],
      [
        [1, 0],
        [0, -1 / Math.PI],
        [0, 2 / Math.PI ** 2],
      ],
    ],
    [
      "x log x",
      (x) => g.where(positive(x), g.mul(x, g.log(x)), zero),
      [0, 1],
      [
        [0, 0],
        [0, 1],
        [0, 1],
      ],
    ],
    [
      "eˣ",
      (x) => g.where(positive(x), x, g.exp(x)),
      [0, 200],
      [
        [1, 200],
        [1, 1],
        [1, 0],
      ],
    ],
    [
      "log of a part of the transpose",
      (x) => {
        const part = g.reshape(g.slice(g.transpose(g.reshape(g.log(x), [1, -1])), [0, 0], [2, 1]), [2]);
        return g.where(positive(g.slice(x, [0], [2])), g.concat([part], 0), zero);
      },
      [0, 2, 1],
      [
        [0, Math.log(2)],
        [0, 0.5, 0],
        [0, -0.25, 0],
      ],
    ],
    ["√ + √", (x) => g.where(positive(x), g.add(g.sqrt(x), g.exp(g.sqrt(x))), zero), [0], [[0], [0], [0]]],
  ])("%s", async (_, f, at, expected) => {
    for (const way of await derivativesAt(f, at)) {
      way.forEach((result, order) => {
        result.forEach((value, i) => {
          expect(value).toBeCloseTo(expected[order]![i]!, 5);
        });
      });
    }
  });

  test("rows divided by their norms, but for rows of zeros", async () => {
    const x = g.input("x", [2, 2]);
    const norm = g.sqrt(g.reduceSum(g.mul(x, x), { axes: [1], keepDims: true }));
    const y = g.where(g.greater(norm, zero), g.div(x, norm), zero);
    const loss = g.reduceSum(g.mul(y, g.constant([1, 2, 3, 4], [2, 2])));
    const values = [y, ...g.gradients(loss, [x]), ...g.hvp(loss, [x], [g.constant([1, 1, 1, 1], [2, 2])])];
    for (const way of [
      g.evaluate(values, { x: [0, 0, 3, 4] }),
      await runValues(g.optimise(values), { x: [0, 0, 3, 4] }),
    ]) {
      const expected = [
        [0, 0, 0.6, 0.8],
        // (r − y⟨r, y⟩)/5 with r = (3, 4) = 5y: the rows that are not zero are where they should be.
        [0, 0, 0, 0],
        // H v = −5(v − y⟨y, v⟩)/25 with v = (1, 1).
        [0, 0, -0.2 * (1 - 0.6 * 1.4), -0.2 * (1 - 0.8 * 1.4)],
      ];
      way.forEach((result, order) => {
        result.forEach((value, i) => {
          expect(value).toBeCloseTo(expected[order]![i]!, 5);
        });
      });
    }
  });

  test("in the masked branch a NaN of the loss stays out of the other inputs", () => {
    const [x, y] = [g.input("x", [2]), g.input("y", [2])];
    const loss = g.reduceSum(g.where(positive(x), g.div(y, x), g.constant(Number.NaN)));
    const [dy] = g.evaluate(g.gradients(loss, [y]), { x: [0, 2], y: [1, 1] });
    expect([...dy!]).toEqual([0, 0.5]);
  });
});

describe("pow", () => {
  test.each([
    [0, [1, 1, 1, 1], [0, 0, 0, 0], [0, 0, 0, 0]],
    [1, [0, 2, -2, -0], [1, 1, 1, 1], [0, 0, 0, 0]],
    [2, [0, 4, 4, 0], [0, 4, -4, 0], [2, 2, 2, 2]],
    [3, [0, 8, -8, 0], [0, 12, 12, 0], [0, 12, -12, 0]],
  ])("to the exponent %d is right at 0 and below, with its derivatives", async (b, value, slope, curvature) => {
    for (const of of [g.constant(b), g.add(g.constant(b), g.constant([0, 0, 0, 0]))]) {
      for (const way of await derivativesAt((x) => g.pow(x, of), [0, 2, -2, -0])) {
        [value, slope, curvature].forEach((expected, order) => {
          expected.forEach((each, i) => {
            expect(way[order]![i]).toBeCloseTo(each, 5);
          });
        });
      }
    }
  });

  test("in its exponent has slope 0 at the base 0", async () => {
    for (const way of await derivativesAt((b) => g.pow(zero, b), [0.5, 1, 3]))
      expect(way).toEqual([
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ]);
    for (const way of await derivativesAt((b) => g.pow(g.constant(2), b), [0, 1])) {
      [
        [1, 2],
        [Math.LN2, 2 * Math.LN2],
        [Math.LN2 ** 2, 2 * Math.LN2 ** 2],
      ].forEach((expected, order) => {
        expected.forEach((each, i) => {
          expect(way[order]![i]).toBeCloseTo(each, 5);
        });
      });
    }
  });
});

describe("erf", () => {
  test("has the values of tables to 15 digits, and is odd", () => {
    // Abramowitz and Stegun, table 7.1 and 7.3.
    const known: readonly (readonly [number, number])[] = [
      [0, 0],
      [1e-10, 1.1283791670955126e-10],
      [0.1, 0.1124629160182849],
      [0.5, 0.5204998778130465],
      [1, 0.8427007929497149],
      [2, 0.9953222650189527],
      [2.4999999, 0.9995930478],
      [2.5, 0.999593047982555],
      [3, 0.9999779095030014],
      [5, 0.9999999999984626],
      [7, 1],
      [Infinity, 1],
    ];
    const at = known.flatMap(([x]) => [x, -x]);
    const [y] = g.evaluate([g.erf(g.input("x", [at.length]))], { x: at });
    known.forEach(([x, value], i) => {
      const tolerance = x === 2.4999999 ? 1e-9 : 4e-16 * value;
      expect(Math.abs(y![2 * i]! - value)).toBeLessThanOrEqual(tolerance);
      expect(y![2 * i + 1]).toBe(-y![2 * i]!);
    });
    expect(g.evaluate([g.erf(g.constant(Number.NaN))], {})[0]![0]).toBeNaN();
  });

  test("is flat and finite in its tails, to second order", async () => {
    for (const way of await derivativesAt(g.erf, [-1e4, -12, 12, 1e4, 1e18]))
      expect(way).toEqual(
        [
          [-1, -1, 1, 1, 1],
          [0, 0, 0, 0, 0],
          [0, 0, 0, 0, 0],
        ].map((row) => row.map((x) => expect.closeTo(x, 30))),
      );
  });
});

test("round takes the even one of two, floor goes down, cast drops the fraction", async () => {
  const at = [0.5, 1.5, 2.5, -0.5, -1.5, -2.5, 0.49999997, 7.9, -7.9, 8388607.5];
  const x = g.input("x", [at.length]);
  const values = [g.round(x), g.floor(x), g.cast(g.cast(x, "int32"), "float32")];
  const expected = [
    [0, 2, 2, -0, -2, -2, 0, 8, -8, 8388608],
    [0, 1, 2, -1, -2, -3, 0, 7, -8, 8388607],
    [0, 1, 2, 0, -1, -2, 0, 7, -7, 8388607],
  ].map((row) => row.map((value) => value + 0));
  for (const way of [g.evaluate(values, { x: at }), await runValues(values, { x: at })]) {
    expect(way.map((result) => Array.from(result, (value) => value + 0))).toEqual(expected);
  }
});

test("equal and maximum at ties, zeros, infinities and NaN", async () => {
  const [a, b] = [
    [1, 0, Infinity, Number.NaN, Number.NaN, 2],
    [1, -0, Infinity, Number.NaN, 1, 1],
  ];
  const [x, y] = [g.input("a", [6]), g.input("b", [6])];
  const largest = g.maximum(x, y);
  const values = [g.equal(x, y), largest, ...g.gradients(g.reduceSum(largest), [x, y])];
  for (const way of [g.evaluate(values, { a, b }), await runValues(values, { a, b })]) {
    expect([...way[0]!]).toEqual([1, 1, 1, 0, 0, 0]);
    expect(Array.from(way[1]!, (value) => value + 0)).toEqual([1, 0, Infinity, Number.NaN, Number.NaN, 2]);
    expect([...way[2]!].filter((_, i) => i !== 4 && i !== 3)).toEqual([0.5, 0.5, 0.5, 1]);
    expect([...way[3]!].filter((_, i) => i !== 4 && i !== 3)).toEqual([0.5, 0.5, 0.5, 0]);
  }
});

test("argMax takes the first of equal elements", async () => {
  const x = g.input("x", [2, 4]);
  const values = [g.cast(g.argMax(x), "float32"), g.cast(g.argMax(x, { axis: 0, keepDims: true }), "float32")];
  const feeds = { x: [1, 3, 3, -Infinity, 5, 2, 3, 5] };
  for (const way of [g.evaluate(values, feeds), await runValues(values, feeds)]) {
    expect(way.map((result) => [...result])).toEqual([
      [1, 0],
      [1, 0, 0, 1],
    ]);
    expect(values[1]!.shape).toEqual([1, 4]);
  }
});

describe("gather and scatterAdd", () => {
  const [words, width, count] = [50, 64, 4096];
  const table = g.input("table", [words, width]);
  const tokens = g.input("tokens", [8, count / 8], "int32");

  test("add the gradients of rows named many times, with two threads as with one", async () => {
    const rows = g.gather(table, tokens);
    expect(rows.shape).toEqual([8, count / 8, width]);
    const [gradient] = g.gradients(g.reduceSum(g.mul(rows, rows)), [table]);
    const data = Float32Array.from({ length: words * width }, (_, i) => ((i * 7) % 13) - 6);
    const at = Int32Array.from({ length: count }, (_, i) => (i * i) % words);
    const counts = new Array<number>(words).fill(0);
    for (const index of at) counts[index]!++;
    const expected = Array.from(data, (x, i) => 2 * x * counts[Math.floor(i / width)]! + 0);
    for (const threads of [1, 2]) {
      const program = await g.compile({ gradient: gradient! }, { ort, threads });
      program.bindInput("table", data);
      program.bindInput("tokens", at);
      const target = new Float32Array(data.length);
      program.bindOutput("gradient", target);
      await program.run();
      await program.close();
      expect([...target]).toEqual(expected);
    }
  });

  test("refuse indices outside, constant ones at once, of derivatives alone too", async () => {
    const index = (i: number): g.Value => g.constant([i], [1], "int32");
    expect(() => g.gather(table, index(50))).toThrow("gather: indices must be in 0 … 49, got 50");
    expect(() => g.gather(table, index(-1), 1)).toThrow("gather: indices must be in 0 … 63, got -1");
    expect(() => g.scatterAdd(table, g.constant(new Array(50).fill(3), [50], "int32"), 0, 3)).toThrow(
      "scatterAdd: indices must be in 0 … 2, got 3",
    );
    const [x, i] = [g.input("x", [3]), g.input("i", [2], "int32")];
    const rows = g.gather(x, i);
    const [gradient] = g.gradients(g.reduceSum(rows), [x]);
    for (const value of [rows, gradient!]) {
      for (const bad of [-1, 3]) {
        const feeds = { x: [1, 2, 3], i: [0, bad] };
        expect(() => g.evaluate([value], feeds)).toThrow(`must be in 0 … 2, got ${bad}`);
        await expect(runValues([value], feeds)).rejects.toThrow("run: an index is outside 0 … size − 1");
      }
    }
  });

  test("of float indices or an axis that is none are refused in one line", () => {
    expect(() => g.gather(table, g.constant([1]))).toThrow("gather: indices must be int32, got float32");
    expect(() => g.gather(table, tokens, 2)).toThrow("gather: axis 2 must be one of the input's, got [50×64]");
    expect(() => g.scatterAdd(table, tokens, 0, 3)).toThrow(
      "scatterAdd: the axes from 0 on must be those of the indices, got [50×64] and [8×512]",
    );
    expect(() => g.scatterAdd(table, tokens, 0, 0)).toThrow("scatterAdd: size must be a positive integer, got 0");
    expect(() => g.constant([0.5], [1], "int32")).toThrow("constant: int32 data must be integers below 2³¹, got 0.5");
    expect(() => g.constant(2 ** 31, [], "int32")).toThrow("constant: int32 data must be integers");
  });
});

test("gather takes integers too, beyond 2²⁴", async () => {
  const table = g.constant([5, 2 ** 24 + 1, -3], [3], "int32");
  const picked = g.gather(table, g.input("i", [2], "int32"));
  const rest = g.sub(g.cast(g.gather(picked, g.constant([1], [1], "int32")), "float32"), g.constant(1));
  expect([...g.evaluate([picked], { i: [1, 2] }, "float32")[0]!]).toEqual([2 ** 24 + 1, -3]);
  expect([...(await runValues([rest], { i: [1, 2] }))[0]!]).toEqual([-4]);
});

test("integers beyond 2²⁴ keep their digits in float32", async () => {
  const big = g.input("i", [2], "int32");
  const index = g.concat([g.reshape(big, [2]), g.constant([16777217], [1], "int32")], 0);
  const parity = g.sub(g.cast(g.slice(index, [2], [1]), "float32"), g.constant(16777216));
  const feeds = { i: [16777217, 3] };
  // 2²⁴ + 1 rounds to 2²⁴ as a float, but not before.
  expect([...g.evaluate([index], feeds, "float32")[0]!]).toEqual([16777217, 3, 16777217]);
  expect([...(await runValues([parity], feeds))[0]!]).toEqual([0]);
});

test("new primitives refuse what does not fit, in one line", () => {
  const [x, labels] = [g.input("x", [2, 3]), g.input("labels", [2], "int32")];
  expect(() => g.where(x, x, g.constant([1, 2]))).toThrow("where: shapes must broadcast, got [2×3] and [2×3] and [2]");
  expect(() => g.equal(labels, labels)).toThrow("equal: inputs must be float32, got int32");
  expect(() => g.cast(x, "float16" as "int32")).toThrow("cast: dtype must be float32 or int32, got float16");
  expect(() => g.concat([], 0)).toThrow("concat: there must be at least one input, got none");
  expect(() => g.concat([x, labels], 0)).toThrow(
    "concat: sizes other than that of axis 0 must be equal, got [2×3] and [2]",
  );
  expect(() => g.concat([labels, g.constant([1])], 0)).toThrow(
    "concat: inputs must have one dtype, got int32 and float32",
  );
  expect(() => g.concat([x], -3)).toThrow("concat: axis -3 must be one of the input's, got [2×3]");
  expect(() => g.cumulativeSum(x, { axis: 0.5 })).toThrow("cumulativeSum: axis must be an integer, got 0.5");
  expect(() => g.argMax(x, { axis: 5, label: "best" })).toThrow("argMax (best): axis 5 must be one of the input's");
  expect(g.concat([x], 0)).toBe(x);
  expect(g.cast(x, "float32")).toBe(x);
});
