// The fused SIMD kernels. Each works on `numTiles` tiles of 16 elements from pointers; a pointer 0 means an absent vector.
// Noise comes as a vector of normals, drawn just before into a block that stays in the cache, or ahead of its use.
// The plain code in src/kernels has the same operations in the same order; tests hold the two to equal bits.
import { blockTiles, boxMuller, fillWords } from "./random";
export { initialise } from "./random";

/** Two tiles for what is not wanted whole; `scratchAddress` of src/kernels/kernels.ts. */
const scratchAddress: usize = 64;

// @ts-ignore: decorator
@inline
function times(a: v128, b: f32): v128 {
  return f32x4.mul(a, f32x4.splat(b));
}

// `inside` and `outside` are known where this is inlined: terms that are zero cost nothing (1.30 → 0.97 ns per weight).
// @ts-ignore: decorator
@inline
function move(
  inside: bool, outside: bool,
  params: usize, mean: usize, velocity: usize, anchor: usize, gradient: usize, normals: usize, numTiles: i32,
  gradientScale: f32, momentum: f32, nesterov: bool, insideDecay: f32, insideForce: f32, outsideDecay: f32,
  outsideForce: f32, learningRate: f32, noise: f32, averaging: f32, keep: f32,
): void {
  const end = <usize>numTiles << 6;
  for (let at: usize = 0; at < end; at += 16) {
    const x = v128.load(params + at);
    let d = times(v128.load(gradient + at), gradientScale);
    if (inside) {
      d = f32x4.add(d, times(x, insideDecay));
      d = f32x4.sub(d, times(f32x4.sub(v128.load(anchor + at), x), insideForce));
    }
    if (velocity) {
      const v = f32x4.add(times(v128.load(velocity + at), momentum), d);
      v128.store(velocity + at, v);
      d = nesterov ? f32x4.add(d, times(v, momentum)) : v;
    }
    if (outside) {
      d = f32x4.add(d, times(x, outsideDecay));
      d = f32x4.sub(d, times(f32x4.sub(v128.load(anchor + at), x), outsideForce));
    }
    let next = f32x4.sub(x, times(d, learningRate));
    if (normals) next = f32x4.add(next, times(v128.load(normals + at), noise));
    v128.store(params + at, next);
    if (mean) {
      const mu = f32x4.add(times(v128.load(mean + at), keep), times(next, averaging));
      v128.store(mean + at, mu);
    }
  }
}

export function langevinStep(
  params: usize, mean: usize, velocity: usize, anchor: usize, gradient: usize, normals: usize, numTiles: i32,
  gradientScale: f32, momentum: f32, nesterov: bool, insideDecay: f32, insideForce: f32, outsideDecay: f32,
  outsideForce: f32, learningRate: f32, noise: f32, averaging: f32, keep: f32,
): void {
  const inside = insideDecay != 0 || insideForce != 0;
  const outside = outsideDecay != 0 || outsideForce != 0;
  if (inside && outside)
    move(
      true, true,
      params, mean, velocity, anchor, gradient, normals, numTiles, gradientScale, momentum, nesterov, insideDecay,
      insideForce, outsideDecay, outsideForce, learningRate, noise, averaging, keep,
    );
  else if (inside)
    move(
      true, false,
      params, mean, velocity, anchor, gradient, normals, numTiles, gradientScale, momentum, nesterov, insideDecay,
      insideForce, outsideDecay, outsideForce, learningRate, noise, averaging, keep,
    );
  else if (outside)
    move(
      false, true,
      params, mean, velocity, anchor, gradient, normals, numTiles, gradientScale, momentum, nesterov, insideDecay,
      insideForce, outsideDecay, outsideForce, learningRate, noise, averaging, keep,
    );
  else
    move(
      false, false,
      params, mean, velocity, anchor, gradient, normals, numTiles, gradientScale, momentum, nesterov, insideDecay,
      insideForce, outsideDecay, outsideForce, learningRate, noise, averaging, keep,
    );
}

export function adamStep(
  params: usize, mean: usize, firstMoment: usize, secondMoment: usize, anchor: usize, gradient: usize, normals: usize,
  numTiles: i32, gradientScale: f32, decay: f32, force: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32,
  correction1: f32, correction2: f32, epsilon: f32, decoupledDecay: f32, learningRate: f32, noise: f32,
  averaging: f32, keep: f32,
): void {
  const end = <usize>numTiles << 6;
  for (let at: usize = 0; at < end; at += 16) {
    const x = v128.load(params + at);
    const pull = f32x4.sub(v128.load(anchor + at), x);
    let d = times(v128.load(gradient + at), gradientScale);
    d = f32x4.add(d, times(x, decay));
    d = f32x4.sub(d, times(pull, force));
    const m = f32x4.add(times(v128.load(firstMoment + at), beta1), times(d, rest1));
    const v = f32x4.add(times(v128.load(secondMoment + at), beta2), times(f32x4.mul(d, d), rest2));
    v128.store(firstMoment + at, m);
    v128.store(secondMoment + at, v);
    d = f32x4.div(times(m, correction1), f32x4.add(f32x4.sqrt(times(v, correction2)), f32x4.splat(epsilon)));
    d = f32x4.add(d, times(x, decoupledDecay));
    let next = f32x4.sub(x, times(d, learningRate));
    if (normals) next = f32x4.add(next, times(v128.load(normals + at), noise));
    v128.store(params + at, next);
    if (mean) {
      const mu = f32x4.add(times(v128.load(mean + at), keep), times(next, averaging));
      v128.store(mean + at, mu);
    }
  }
}

/** The normals of `numPairs` pairs of tiles: their words to the upper half, then from the front on over them. */
function fillPairs(
  out: usize, firstPair: i32, numPairs: i32, key0: i32, key1: i32, stepLow: i32, stepHigh: i32, stream: i32,
): void {
  const words = out + (<usize>numPairs << 6);
  fillWords(words, firstPair, numPairs, key0, key1, stepLow, stepHigh, stream);
  const end = <usize>numPairs << 6;
  for (let at: usize = 0; at < end; at += 16) boxMuller(out + (at << 1), v128.load(words + at));
}

/** One tile of a pair, made in the scratch line of two tiles. */
function fillHalf(
  out: usize, tile: i32, key0: i32, key1: i32, stepLow: i32, stepHigh: i32, stream: i32,
): void {
  fillPairs(scratchAddress, tile >> 1, 1, key0, key1, stepLow, stepHigh, stream);
  memory.copy(out, scratchAddress + (<usize>(tile & 1) << 6), 64);
}

export function fillNormal(
  out: usize, firstTile: i32, numTiles: i32, key0: i32, key1: i32, stepLow: i32, stepHigh: i32, stream: i32,
): void {
  let tile = firstTile;
  const end = firstTile + numTiles;
  if (tile < end && (tile & 1)) {
    fillHalf(out, tile, key0, key1, stepLow, stepHigh, stream);
    tile += 1;
  }
  for (; tile + 1 < end; tile += blockTiles) {
    const numPairs = min(blockTiles, end - tile) >> 1;
    fillPairs(out + (<usize>(tile - firstTile) << 6), tile >> 1, numPairs, key0, key1, stepLow, stepHigh, stream);
  }
  if (numTiles > 0 && (end & 1)) {
    fillHalf(out + (<usize>(numTiles - 1) << 6), end - 1, key0, key1, stepLow, stepHigh, stream);
  }
}

export function fillUniform(
  out: usize, firstTile: i32, numTiles: i32, key0: i32, key1: i32, stepLow: i32, stepHigh: i32, stream: i32,
): void {
  const unit = f32x4.splat(5.9604644775390625e-8);
  for (let tile = 0; tile < numTiles; tile += blockTiles) {
    const count = min(blockTiles, numTiles - tile);
    const begin = out + (<usize>tile << 6);
    const end = begin + (<usize>count << 6);
    fillWords(begin, firstTile + tile, count, key0, key1, stepLow, stepHigh, stream);
    for (let at = begin; at < end; at += 16) {
      v128.store(at, f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(v128.load(at), 8)), unit));
    }
  }
}

export function fillMask(
  out: usize, firstTile: i32, numTiles: i32, threshold: i32, value: f32,
  key0: i32, key1: i32, stepLow: i32, stepHigh: i32, stream: i32,
): void {
  const limit = i32x4.splat(threshold);
  const kept = f32x4.splat(value);
  for (let tile = 0; tile < numTiles; tile += blockTiles) {
    const count = min(blockTiles, numTiles - tile);
    const begin = out + (<usize>tile << 6);
    const end = begin + (<usize>count << 6);
    fillWords(begin, firstTile + tile, count, key0, key1, stepLow, stepHigh, stream);
    for (let at = begin; at < end; at += 16) {
      v128.store(at, v128.and(i32x4.lt_s(i32x4.shr_u(v128.load(at), 8), limit), kept));
    }
  }
}

// @ts-ignore: decorator
@inline
function promoteHigh(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(x, x, 2, 3, 2, 3));
}

/** Σ (aᵢ − bᵢ)² in float64 over whole tiles, in four partial sums by i modulo 4; a pointer b of 0 means b = 0. */
export function squaredDistance(a: usize, b: usize, numTiles: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  const end = <usize>numTiles << 6;
  for (let at: usize = 0; at < end; at += 16) {
    const x = v128.load(a + at);
    let differenceLow = f64x2.promote_low_f32x4(x);
    let differenceHigh = promoteHigh(x);
    if (b) {
      const y = v128.load(b + at);
      differenceLow = f64x2.sub(differenceLow, f64x2.promote_low_f32x4(y));
      differenceHigh = f64x2.sub(differenceHigh, promoteHigh(y));
    }
    low = f64x2.add(low, f64x2.mul(differenceLow, differenceLow));
    high = f64x2.add(high, f64x2.mul(differenceHigh, differenceHigh));
  }
  return (
    f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1) +
    (f64x2.extract_lane(high, 0) + f64x2.extract_lane(high, 1))
  );
}
