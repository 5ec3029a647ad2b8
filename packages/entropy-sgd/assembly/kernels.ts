// The fused SIMD kernels. Each works on `numGroups` groups of 16 elements from pointers; a pointer 0 means an absent vector.
// The plain code in src/kernels has the same operations in the same order; tests hold the two to equal bits.
import {
  multiplier0, multiplier1, weyl0, weyl1,
  normal0, normal1, normal2, normal3, philox, prepare, toNormals, word0, word1, word2, word3,
} from "./random";
export { initialise } from "./random";

// @ts-ignore: decorator
@inline
function times(a: v128, b: f32): v128 {
  return f32x4.mul(a, f32x4.splat(b));
}

// @ts-ignore: decorator
@inline
function move4(
  offset: usize, params: usize, mean: usize, velocity: usize, anchor: usize, gradient: usize, normal: v128,
  gradientScale: f32, momentum: f32, nesterov: bool, insideDecay: f32, insideForce: f32, outsideDecay: f32,
  outsideForce: f32, learningRate: f32, noise: f32, averaging: f32, keep: f32,
): void {
  const x = v128.load(params + offset);
  const pull = f32x4.sub(v128.load(anchor + offset), x);
  let d = times(v128.load(gradient + offset), gradientScale);
  d = f32x4.add(d, times(x, insideDecay));
  d = f32x4.sub(d, times(pull, insideForce));
  if (velocity) {
    const v = f32x4.add(times(v128.load(velocity + offset), momentum), d);
    v128.store(velocity + offset, v);
    d = nesterov ? f32x4.add(d, times(v, momentum)) : v;
  }
  d = f32x4.add(d, times(x, outsideDecay));
  d = f32x4.sub(d, times(pull, outsideForce));
  let next = f32x4.sub(x, times(d, learningRate));
  if (noise != 0) next = f32x4.add(next, times(normal, noise));
  v128.store(params + offset, next);
  if (mean) {
    const mu = f32x4.add(times(v128.load(mean + offset), keep), times(next, averaging));
    v128.store(mean + offset, mu);
  }
}

export function langevinStep(
  params: usize, mean: usize, velocity: usize, anchor: usize, gradient: usize, firstGroup: i32, numGroups: i32,
  gradientScale: f32, momentum: f32, nesterov: bool, insideDecay: f32, insideForce: f32, outsideDecay: f32,
  outsideForce: f32, learningRate: f32, noise: f32, averaging: f32, keep: f32,
  key0: i32, key1: i32, stepLow: i32, stepHigh: i32, stream: i32,
): void {
  prepare(key0, key1, stepLow, stepHigh, stream);
  const m0 = multiplier0;
  const m1 = multiplier1;
  const w0 = weyl0;
  const w1 = weyl1;
  for (let g = 0; g < numGroups; g++) {
    if (noise != 0) {
      philox(firstGroup + g, m0, m1, w0, w1);
      toNormals();
    }
    const at = <usize>g << 6;
    move4(at, params, mean, velocity, anchor, gradient, normal0, gradientScale, momentum, nesterov, insideDecay,
      insideForce, outsideDecay, outsideForce, learningRate, noise, averaging, keep);
    move4(at + 16, params, mean, velocity, anchor, gradient, normal1, gradientScale, momentum, nesterov, insideDecay,
      insideForce, outsideDecay, outsideForce, learningRate, noise, averaging, keep);
    move4(at + 32, params, mean, velocity, anchor, gradient, normal2, gradientScale, momentum, nesterov, insideDecay,
      insideForce, outsideDecay, outsideForce, learningRate, noise, averaging, keep);
    move4(at + 48, params, mean, velocity, anchor, gradient, normal3, gradientScale, momentum, nesterov, insideDecay,
      insideForce, outsideDecay, outsideForce, learningRate, noise, averaging, keep);
  }
}

// @ts-ignore: decorator
@inline
function adam4(
  offset: usize, params: usize, mean: usize, firstMoment: usize, secondMoment: usize, anchor: usize, gradient: usize,
  normal: v128, gradientScale: f32, decay: f32, force: f32, beta1: f32, rest1: f32, beta2: f32, rest2: f32,
  correction1: f32, correction2: f32, epsilon: f32, decoupledDecay: f32, learningRate: f32, noise: f32,
  averaging: f32, keep: f32,
): void {
  const x = v128.load(params + offset);
  const pull = f32x4.sub(v128.load(anchor + offset), x);
  let d = times(v128.load(gradient + offset), gradientScale);
  d = f32x4.add(d, times(x, decay));
  d = f32x4.sub(d, times(pull, force));
  const m = f32x4.add(times(v128.load(firstMoment + offset), beta1), times(d, rest1));
  const v = f32x4.add(times(v128.load(secondMoment + offset), beta2), times(f32x4.mul(d, d), rest2));
  v128.store(firstMoment + offset, m);
  v128.store(secondMoment + offset, v);
  d = f32x4.div(times(m, correction1), f32x4.add(f32x4.sqrt(times(v, correction2)), f32x4.splat(epsilon)));
  d = f32x4.add(d, times(x, decoupledDecay));
  let next = f32x4.sub(x, times(d, learningRate));
  if (noise != 0) next = f32x4.add(next, times(normal, noise));
  v128.store(params + offset, next);
  if (mean) {
    const mu = f32x4.add(times(v128.load(mean + offset), keep), times(next, averaging));
    v128.store(mean + offset, mu);
  }
}

export function adamStep(
  params: usize, mean: usize, firstMoment: usize, secondMoment: usize, anchor: usize, gradient: usize,
  firstGroup: i32, numGroups: i32, gradientScale: f32, decay: f32, force: f32, beta1: f32, rest1: f32, beta2: f32,
  rest2: f32, correction1: f32, correction2: f32, epsilon: f32, decoupledDecay: f32, learningRate: f32, noise: f32,
  averaging: f32, keep: f32, key0: i32, key1: i32, stepLow: i32, stepHigh: i32, stream: i32,
): void {
  prepare(key0, key1, stepLow, stepHigh, stream);
  const m0 = multiplier0;
  const m1 = multiplier1;
  const w0 = weyl0;
  const w1 = weyl1;
  for (let g = 0; g < numGroups; g++) {
    if (noise != 0) {
      philox(firstGroup + g, m0, m1, w0, w1);
      toNormals();
    }
    const at = <usize>g << 6;
    adam4(at, params, mean, firstMoment, secondMoment, anchor, gradient, normal0, gradientScale, decay, force, beta1,
      rest1, beta2, rest2, correction1, correction2, epsilon, decoupledDecay, learningRate, noise, averaging, keep);
    adam4(at + 16, params, mean, firstMoment, secondMoment, anchor, gradient, normal1, gradientScale, decay, force,
      beta1, rest1, beta2, rest2, correction1, correction2, epsilon, decoupledDecay, learningRate, noise, averaging, keep);
    adam4(at + 32, params, mean, firstMoment, secondMoment, anchor, gradient, normal2, gradientScale, decay, force,
      beta1, rest1, beta2, rest2, correction1, correction2, epsilon, decoupledDecay, learningRate, noise, averaging, keep);
    adam4(at + 48, params, mean, firstMoment, secondMoment, anchor, gradient, normal3, gradientScale, decay, force,
      beta1, rest1, beta2, rest2, correction1, correction2, epsilon, decoupledDecay, learningRate, noise, averaging, keep);
  }
}

export function fillNormal(
  out: usize, firstGroup: i32, numGroups: i32, key0: i32, key1: i32, stepLow: i32, stepHigh: i32, stream: i32,
): void {
  prepare(key0, key1, stepLow, stepHigh, stream);
  const m0 = multiplier0;
  const m1 = multiplier1;
  const w0 = weyl0;
  const w1 = weyl1;
  for (let g = 0; g < numGroups; g++) {
    philox(firstGroup + g, m0, m1, w0, w1);
    toNormals();
    const at = out + (<usize>g << 6);
    v128.store(at, normal0);
    v128.store(at + 16, normal1);
    v128.store(at + 32, normal2);
    v128.store(at + 48, normal3);
  }
}

// @ts-ignore: decorator
@inline
function uniform(word: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_s(i32x4.shr_u(word, 8)), f32x4.splat(5.9604644775390625e-8));
}

export function fillUniform(
  out: usize, firstGroup: i32, numGroups: i32, key0: i32, key1: i32, stepLow: i32, stepHigh: i32, stream: i32,
): void {
  prepare(key0, key1, stepLow, stepHigh, stream);
  const m0 = multiplier0;
  const m1 = multiplier1;
  const w0 = weyl0;
  const w1 = weyl1;
  for (let g = 0; g < numGroups; g++) {
    philox(firstGroup + g, m0, m1, w0, w1);
    const at = out + (<usize>g << 6);
    v128.store(at, uniform(word0));
    v128.store(at + 16, uniform(word1));
    v128.store(at + 32, uniform(word2));
    v128.store(at + 48, uniform(word3));
  }
}

// @ts-ignore: decorator
@inline
function masked(word: v128, threshold: v128, value: v128): v128 {
  return v128.and(i32x4.lt_s(i32x4.shr_u(word, 8), threshold), value);
}

export function fillMask(
  out: usize, firstGroup: i32, numGroups: i32, threshold: i32, value: f32,
  key0: i32, key1: i32, stepLow: i32, stepHigh: i32, stream: i32,
): void {
  const limit = i32x4.splat(threshold);
  const kept = f32x4.splat(value);
  prepare(key0, key1, stepLow, stepHigh, stream);
  const m0 = multiplier0;
  const m1 = multiplier1;
  const w0 = weyl0;
  const w1 = weyl1;
  for (let g = 0; g < numGroups; g++) {
    philox(firstGroup + g, m0, m1, w0, w1);
    const at = out + (<usize>g << 6);
    v128.store(at, masked(word0, limit, kept));
    v128.store(at + 16, masked(word1, limit, kept));
    v128.store(at + 32, masked(word2, limit, kept));
    v128.store(at + 48, masked(word3, limit, kept));
  }
}

// @ts-ignore: decorator
@inline
function promoteHigh(x: v128): v128 {
  return f64x2.promote_low_f32x4(v128.shuffle<i32>(x, x, 2, 3, 2, 3));
}

/** Σ (aᵢ − bᵢ)² in float64 over whole groups, in four partial sums by i modulo 4; a pointer b of 0 means b = 0. */
export function squaredDistance(a: usize, b: usize, numGroups: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  const end = <usize>numGroups << 6;
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
