// Philox 4×32-7 and the normal transform on groups of 16 elements; see src/random/philox.ts and src/random/plainNormal.ts,
// which this must equal bit by bit. Word j of block 4g + i belongs to element 16g + 4j + i, so lane i of word j is it.

/** The four words of four consecutive blocks: one lane a block. */
export let word0: v128 = i32x4.splat(0);
export let word1: v128 = i32x4.splat(0);
export let word2: v128 = i32x4.splat(0);
export let word3: v128 = i32x4.splat(0);

/** Sixteen normals, in the order of the elements. */
export let normal0: v128 = i32x4.splat(0);
export let normal1: v128 = i32x4.splat(0);
export let normal2: v128 = i32x4.splat(0);
export let normal3: v128 = i32x4.splat(0);

// Constants of the normal transform. They are variables because V8 builds a 128-bit constant anew with three instructions
// at each use, and reads a global with one (4.2 → 3.5 ns per normal).
let lanes: v128 = i32x4.splat(0);
let one: v128 = i32x4.splat(0);
let two: v128 = i32x4.splat(0);
let toUnit: v128 = i32x4.splat(0);
let rootHalf: v128 = i32x4.splat(0);
let oneF: v128 = i32x4.splat(0);
let minusTwoF: v128 = i32x4.splat(0);
let log2: v128 = i32x4.splat(0);
let log0: v128 = i32x4.splat(0);
let log1: v128 = i32x4.splat(0);
let log2nd: v128 = i32x4.splat(0);
let log3: v128 = i32x4.splat(0);
let log4: v128 = i32x4.splat(0);
let log5: v128 = i32x4.splat(0);
let log6: v128 = i32x4.splat(0);
let halfQuadrant: v128 = i32x4.splat(0);
let toQuadrant: v128 = i32x4.splat(0);
let sine0: v128 = i32x4.splat(0);
let sine1: v128 = i32x4.splat(0);
let sine2: v128 = i32x4.splat(0);
let sine3: v128 = i32x4.splat(0);
let cosine0: v128 = i32x4.splat(0);
let cosine1: v128 = i32x4.splat(0);
let cosine2: v128 = i32x4.splat(0);

/** Sets the constants; once, before anything else. */
export function initialise(): void {
  multiplier0 = i32x4.splat(<i32>0xd2511f53);
  multiplier1 = i32x4.splat(<i32>0xcd9e8d57);
  weyl0 = i32x4.splat(<i32>0x9e3779b9);
  weyl1 = i32x4.splat(<i32>0xbb67ae85);
  lanes = i32x4(0, 1, 2, 3);
  one = i32x4.splat(1);
  two = i32x4.splat(2);
  toUnit = f32x4.splat(5.9604644775390625e-8);
  rootHalf = i32x4.splat(0x3f3504f3);
  oneF = f32x4.splat(1);
  minusTwoF = f32x4.splat(-2);
  log2 = f32x4.splat(0.6931471824645996);
  log0 = f32x4.splat(-0.10188586264848709);
  log1 = f32x4.splat(0.15984095633029938);
  log2nd = f32x4.splat(-0.17132386565208435);
  log3 = f32x4.splat(0.19929057359695435);
  log4 = f32x4.splat(-0.24982450902462006);
  log5 = f32x4.splat(0.333341121673584);
  log6 = f32x4.splat(-0.5000008940696716);
  halfQuadrant = i32x4.splat(1 << 21);
  toQuadrant = f32x4.splat(2.384185791015625e-7);
  sine0 = f32x4.splat(-0.004602149128913879);
  sine1 = f32x4.splat(0.07968021929264069);
  sine2 = f32x4.splat(-0.6459634900093079);
  sine3 = f32x4.splat(1.5707963705062866);
  cosine0 = f32x4.splat(-0.020408159121870995);
  cosine1 = f32x4.splat(0.25359857082366943);
  cosine2 = f32x4.splat(-1.2336970567703247);
}

let cosine: v128 = i32x4.splat(0);
let sine: v128 = i32x4.splat(0);

/** Multipliers and key increments of Philox; variables for the reason given below. */
export let multiplier0: v128 = i32x4.splat(0);
export let multiplier1: v128 = i32x4.splat(0);
export let weyl0: v128 = i32x4.splat(0);
export let weyl1: v128 = i32x4.splat(0);

/** What two rounds make of step, stream and key alone: the same for every block of a draw. */
let second0: v128 = i32x4.splat(0);
let second1: v128 = i32x4.splat(0);
let third2: v128 = i32x4.splat(0);
let third3: v128 = i32x4.splat(0);
let streamWords: v128 = i32x4.splat(0);
let key0Words: v128 = i32x4.splat(0);
let key1Words: v128 = i32x4.splat(0);

// @ts-ignore: decorator
@inline
function highWords(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(low, high, 1, 3, 5, 7);
}

// @ts-ignore: decorator
@inline
function lowWords(low: v128, high: v128): v128 {
  return v128.shuffle<i32>(low, high, 0, 2, 4, 6);
}

/** Prepares the draws of one step, stream and key: half of the products of rounds 1 and 2. */
export function prepare(key0: i32, key1: i32, stepLow: i32, stepHigh: i32, stream: i32): void {
  const x2 = i32x4.splat(stepHigh);
  key0Words = i32x4.splat(key0);
  key1Words = i32x4.splat(key1);
  streamWords = i32x4.splat(stream);
  const product1Low = i64x2.extmul_low_i32x4_u(x2, multiplier1);
  const product1High = i64x2.extmul_high_i32x4_u(x2, multiplier1);
  second0 = v128.xor(v128.xor(highWords(product1Low, product1High), i32x4.splat(stepLow)), key0Words);
  second1 = lowWords(product1Low, product1High);
  const product0Low = i64x2.extmul_low_i32x4_u(second0, multiplier0);
  const product0High = i64x2.extmul_high_i32x4_u(second0, multiplier0);
  third2 = v128.xor(highWords(product0Low, product0High), i32x4.add(key1Words, weyl1));
  third3 = lowWords(product0Low, product0High);
}

/** Computes the words of `group` for what was prepared; the constants come as arguments so that a loop keeps them in registers. */
// @ts-ignore: decorator
@inline
export function philox(group: i32, m0: v128, m1: v128, w0: v128, w1: v128): void {
  // Round 1: the first word alone differs between blocks.
  const first = i32x4.add(i32x4.splat(group << 2), lanes);
  const firstLow = i64x2.extmul_low_i32x4_u(first, m0);
  const firstHigh = i64x2.extmul_high_i32x4_u(first, m0);
  const second2 = v128.xor(v128.xor(highWords(firstLow, firstHigh), streamWords), key1Words);
  const second3 = lowWords(firstLow, firstHigh);
  // Round 2: its second product differs.
  let k0 = i32x4.add(key0Words, w0);
  let k1 = i32x4.add(key1Words, w1);
  const secondLow = i64x2.extmul_low_i32x4_u(second2, m1);
  const secondHigh = i64x2.extmul_high_i32x4_u(second2, m1);
  let x0 = v128.xor(v128.xor(highWords(secondLow, secondHigh), second1), k0);
  let x1 = lowWords(secondLow, secondHigh);
  let x2 = v128.xor(third2, second3);
  let x3 = third3;
  for (let round = 2; round < 7; round++) {
    k0 = i32x4.add(k0, w0);
    k1 = i32x4.add(k1, w1);
    const product0Low = i64x2.extmul_low_i32x4_u(x0, m0);
    const product0High = i64x2.extmul_high_i32x4_u(x0, m0);
    const product1Low = i64x2.extmul_low_i32x4_u(x2, m1);
    const product1High = i64x2.extmul_high_i32x4_u(x2, m1);
    x0 = v128.xor(v128.xor(highWords(product1Low, product1High), x1), k0);
    x1 = lowWords(product1Low, product1High);
    x2 = v128.xor(v128.xor(highWords(product0Low, product0High), x3), k1);
    x3 = lowWords(product0Low, product0High);
  }
  word0 = x0;
  word1 = x1;
  word2 = x2;
  word3 = x3;
}

// @ts-ignore: decorator
@inline
function horner(sum: v128, x: v128, coefficient: v128): v128 {
  return f32x4.add(f32x4.mul(sum, x), coefficient);
}

/** Box and Muller's transform of two vectors of words to `cosine` and `sine` normals. */
// @ts-ignore: decorator
@inline
function boxMuller(a: v128, b: v128): void {
  const u = f32x4.mul(f32x4.convert_i32x4_s(i32x4.add(i32x4.shr_u(a, 8), one)), toUnit);
  const exponent = i32x4.shr_s(i32x4.sub(u, rootHalf), 23);
  const f = f32x4.sub(i32x4.sub(u, i32x4.shl(exponent, 23)), oneF);
  let q = horner(log0, f, log1);
  q = horner(q, f, log2nd);
  q = horner(q, f, log3);
  q = horner(q, f, log4);
  q = horner(q, f, log5);
  q = horner(q, f, log6);
  const mantissa = f32x4.add(f, f32x4.mul(f32x4.mul(f, f), q));
  const logarithm = f32x4.add(f32x4.mul(f32x4.convert_i32x4_s(exponent), log2), mantissa);
  const radius = f32x4.sqrt(f32x4.mul(minusTwoF, logarithm));

  const turn = i32x4.shr_u(b, 8);
  const quadrant = i32x4.shr_u(i32x4.add(turn, halfQuadrant), 22);
  const t = f32x4.mul(f32x4.convert_i32x4_s(i32x4.sub(turn, i32x4.shl(quadrant, 22))), toQuadrant);
  const square = f32x4.mul(t, t);
  let s = horner(sine0, square, sine1);
  s = horner(s, square, sine2);
  s = f32x4.mul(t, horner(s, square, sine3));
  let c = horner(cosine0, square, cosine1);
  c = horner(c, square, cosine2);
  c = horner(c, square, oneF);

  const odd = i32x4.eq(v128.and(quadrant, one), one);
  const cosineSign = i32x4.shl(v128.and(i32x4.add(quadrant, one), two), 30);
  const sineSign = i32x4.shl(v128.and(quadrant, two), 30);
  cosine = f32x4.mul(radius, v128.xor(v128.bitselect(s, c, odd), cosineSign));
  sine = f32x4.mul(radius, v128.xor(v128.bitselect(c, s, odd), sineSign));
}

/** Turns the words into `normal0 … normal3`. */
// @ts-ignore: decorator
@inline
export function toNormals(): void {
  boxMuller(word0, word1);
  normal0 = cosine;
  normal1 = sine;
  boxMuller(word2, word3);
  normal2 = cosine;
  normal3 = sine;
}
