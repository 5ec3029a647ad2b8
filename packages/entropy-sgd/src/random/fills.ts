/** Vectors of uniform and normal numbers and of masks, the same bits everywhere. */
import { rangeError, typeError } from "../errors.ts";
import { overTiles, randomArguments } from "../kernels/overTiles.ts";
import { isVector } from "../state/walk.ts";
import type { Vector } from "../types.ts";
import { type Draw, requireDraw } from "./draw.ts";
import { forEachTile, tileNormalsInto, tileWords } from "./plainRandom.ts";

/**
 * Fills `out` with independent uniforms k·2⁻²⁴, 0 ≤ k < 2²⁴.
 *
 * Cost: a quarter of a Philox block per element. Randomness: element i is a function of (draw, i).
 * @throws TypeError or RangeError for an out that is no vector, or a bad draw
 */
export function uniformInto(out: Vector, draw: Draw): void {
  requireFill("uniformInto", out, draw);
  overTiles({
    written: [out],
    read: [],
    start: 0,
    end: out.length,
    simd: ({ fillUniform }, [pointer], first, count) => fillUniform(pointer, first, count, ...randomArguments(draw)),
    plain: (start, end) => perElement(out, start, end, draw, (word) => (word >>> 8) * 2 ** -24),
  });
}

/**
 * Fills `out` with independent standard normals in float32 precision, of magnitude at most 5.40.
 *
 * Cost: an eighth of a Philox block and half a Box–Muller transform per element. Randomness: a function of (draw, i).
 * @throws TypeError or RangeError for an out that is no vector, or a bad draw
 */
export function normalInto(out: Vector, draw: Draw): void {
  requireFill("normalInto", out, draw);
  if (out instanceof Float64Array) {
    // The numbers are float32 anyway, and SIMD with a copy is ten times as fast as plain code.
    const single = new Float32Array(out.length);
    normalInto(single, draw);
    out.set(single);
    return;
  }
  overTiles({
    written: [out],
    read: [],
    start: 0,
    end: out.length,
    simd: ({ fillNormal }, [pointer], first, count) => fillNormal(pointer, first, count, ...randomArguments(draw)),
    plain: (start, end) => {
      const normals = new Float32Array(16);
      forEachTile(start, end, (tile, from, to) => {
        tileNormalsInto(normals, tile, draw);
        for (let i = from; i < to; i++) out[i] = normals[i - 16 * tile];
      });
    },
  });
}

/**
 * Fills `out` with 1/keep at rate `keep` and 0 otherwise, independently: a dropout mask with mean 1.
 *
 * Cost: a quarter of a Philox block per element. The rate is exact to 2⁻²⁴. Randomness: element i is a function of (draw, i).
 *
 * @throws TypeError or RangeError for an out that is no vector, or a bad draw; RangeError unless 0 < keep ≤ 1
 */
export function bernoulliMaskInto(out: Vector, keep: number, draw: Draw): void {
  requireFill("bernoulliMaskInto", out, draw);
  if (!(keep > 0 && keep <= 1)) throw rangeError("bernoulliMaskInto", "keep", "must be in (0, 1]", keep);
  const threshold = Math.round(keep * 2 ** 24);
  const value = 1 / keep;
  overTiles({
    written: [out],
    read: [],
    start: 0,
    end: out.length,
    simd: ({ fillMask }, [pointer], first, count) =>
      fillMask(pointer, first, count, threshold, value, ...randomArguments(draw)),
    plain: (start, end) => perElement(out, start, end, draw, (word) => (word >>> 8 < threshold ? value : 0)),
  });
}

function requireFill(where: string, out: Vector, draw: Draw): void {
  if (!isVector(out)) throw typeError(where, "out", "must be a Float32Array or a Float64Array", out);
  requireDraw(where, draw);
}

function perElement(out: Vector, start: number, end: number, draw: Draw, toValue: (word: number) => number): void {
  forEachTile(start, end, (tile, from, to) => {
    const words = tileWords(tile, draw);
    for (let i = from; i < to; i++) out[i] = toValue(words[i - 16 * tile]);
  });
}
