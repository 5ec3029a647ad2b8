// Philox 4×32-7 and the normal transform on tiles of 16 elements; see src/random/philox.ts and src/random/plainRandom.ts,
// which this must equal bit by bit. Word j of block 4g + i belongs to element 16g + 4j + i, so lane i of word j is it; for
// normals, two to a word, to elements 32g + 8j + i and 32g + 8j + 4 + i.
//
// A draw is two loops over a block that fits the level-1 cache: the words, then what is made of them in place. One loop
// would be a chain of 130 cycles per tile, longer than processors look ahead; two short ones overlap.

/** Tiles of a block: 4 KB. */
export const blockTiles: i32 = 64;

// Constants are variables because V8 builds a 128-bit constant anew with three instructions at each use, and reads a
// global with one (4.2 → 3.5 ns per normal).
let multiplier0: v128 = i32x4.splat(0);
let multiplier1: v128 = i32x4.splat(0);
let weyl0: v128 = i32x4.splat(0);
let weyl1: v128 = i32x4.splat(0);
let lanes: v128 = i32x4.splat(0);
let four: v128 = i32x4.splat(0);
let signBit: v128 = i32x4.splat(0);
let toUnit: v128 = i32x4.splat(0);
let halfUnit: v128 = i32x4.splat(0);
let toTurn: v128 = i32x4.splat(0);
let halfTurn: v128 = i32x4.splat(0);
let rootHalf: v128 = i32x4.splat(0);
let oneF: v128 = i32x4.splat(0);
let minusTwoLog2: v128 = i32x4.splat(0);
let log0: v128 = i32x4.splat(0);
let log1: v128 = i32x4.splat(0);
let log2: v128 = i32x4.splat(0);
let log3: v128 = i32x4.splat(0);
let log4: v128 = i32x4.splat(0);
let log5: v128 = i32x4.splat(0);
let log6: v128 = i32x4.splat(0);
let log7: v128 = i32x4.splat(0);
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
  four = i32x4.splat(4);
  signBit = i32x4.splat(<i32>0x80000000);
  toUnit = f32x4.splat(9.5367431640625e-7);
  halfUnit = f32x4.splat(4.76837158203125e-7);
  toTurn = f32x4.splat(4.656612873077393e-10);
  halfTurn = f32x4.splat(0.0009765625);
  rootHalf = i32x4.splat(0x3f3504f3);
  oneF = f32x4.splat(1);
  minusTwoLog2 = f32x4.splat(-1.3862943649291992);
  log0 = f32x4.splat(0.20377172529697418);
  log1 = f32x4.splat(-0.31968191266059875);
  log2 = f32x4.splat(0.34264773130416870);
  log3 = f32x4.splat(-0.3985811471939087);
  log4 = f32x4.splat(0.49964901804924012);
  log5 = f32x4.splat(-0.666682243347168);
  log6 = f32x4.splat(1.0000017881393433);
  log7 = f32x4.splat(-2);
  sine0 = f32x4.splat(-0.000035954399209003896);
  sine1 = f32x4.splat(0.0024900068528950214);
  sine2 = f32x4.splat(-0.08074543625116348);
  sine3 = f32x4.splat(0.7853981852531433);
  cosine0 = f32x4.splat(-0.00031887899967841804);
  cosine1 = f32x4.splat(0.01584991253912449);
  cosine2 = f32x4.splat(-0.3084242641925812);
}

/** The upper words of x·m. */
// @ts-ignore: decorator
@inline
function high(x: v128, m: v128): v128 {
  return v128.shuffle<i32>(i64x2.extmul_low_i32x4_u(x, m), i64x2.extmul_high_i32x4_u(x, m), 1, 3, 5, 7);
}

/** The lower words of x·m; the products are those of `high` and made once. */
// @ts-ignore: decorator
@inline
function low(x: v128, m: v128): v128 {
  return v128.shuffle<i32>(i64x2.extmul_low_i32x4_u(x, m), i64x2.extmul_high_i32x4_u(x, m), 0, 2, 4, 6);
}

/** Writes the words of `numTiles` tiles from `firstTile` on, in the order of the elements. */
export function fillWords(
  out: usize, firstTile: i32, numTiles: i32, key0: i32, key1: i32, stepLow: i32, stepHigh: i32, stream: i32,
): void {
  const m0 = multiplier0;
  const m1 = multiplier1;
  const w0 = weyl0;
  const w1 = weyl1;
  // Step, stream and key alone make one product of round 1 and one of round 2.
  const key0Words = i32x4.splat(key0);
  const key1Words = i32x4.splat(key1);
  const stepHighWords = i32x4.splat(stepHigh);
  const second0 = v128.xor(v128.xor(high(stepHighWords, m1), i32x4.splat(stepLow)), key0Words);
  const second1 = v128.xor(low(stepHighWords, m1), i32x4.add(key0Words, w0));
  const third2 = v128.xor(high(second0, m0), i32x4.add(key1Words, w1));
  const third3 = low(second0, m0);
  const second2 = v128.xor(i32x4.splat(stream), key1Words);
  const third0Key = i32x4.add(key0Words, i32x4.add(w0, w0));
  const third1Key = i32x4.add(key1Words, i32x4.add(w1, w1));
  let counter = i32x4.add(i32x4.splat(firstTile << 2), lanes);
  const end = out + (<usize>numTiles << 6);
  for (let at = out; at < end; at += 64) {
    const y2 = v128.xor(high(counter, m0), second2);
    const y3 = low(counter, m0);
    counter = i32x4.add(counter, four);
    let x0 = v128.xor(high(y2, m1), second1);
    let x1 = low(y2, m1);
    let x2 = v128.xor(third2, y3);
    let x3 = third3;
    let k0 = third0Key;
    let k1 = third1Key;
    for (let round = 2; round < 7; round++) {
      const high0 = high(x0, m0);
      const low0 = low(x0, m0);
      const high1 = high(x2, m1);
      const low1 = low(x2, m1);
      x0 = v128.xor(v128.xor(high1, x1), k0);
      x1 = low1;
      x2 = v128.xor(v128.xor(high0, x3), k1);
      x3 = low0;
      k0 = i32x4.add(k0, w0);
      k1 = i32x4.add(k1, w1);
    }
    v128.store(at, x0);
    v128.store(at + 16, x1);
    v128.store(at + 32, x2);
    v128.store(at + 48, x3);
  }
}

// @ts-ignore: decorator
@inline
function linear(a: v128, x: v128, b: v128): v128 {
  return f32x4.add(f32x4.mul(a, x), b);
}

/** Box and Muller's transform of a vector of words to two vectors of normals at `at`. */
// @ts-ignore: decorator
@inline
export function boxMuller(at: usize, word: v128): void {
  const u = linear(f32x4.convert_i32x4_s(i32x4.shr_u(word, 12)), toUnit, halfUnit);
  const exponent = i32x4.shr_s(i32x4.sub(u, rootHalf), 23);
  const f = f32x4.sub(i32x4.sub(u, i32x4.shl(exponent, 23)), oneF);
  // Estrin's order: a chain of three steps where Horner's has seven.
  const f2 = f32x4.mul(f, f);
  const upper = linear(linear(log0, f, log1), f2, linear(log2, f, log3));
  const lower = linear(linear(log4, f, log5), f2, linear(log6, f, log7));
  const q = f32x4.mul(linear(upper, f32x4.mul(f2, f2), lower), f);
  const radius = f32x4.sqrt(linear(f32x4.convert_i32x4_s(exponent), minusTwoLog2, q));

  const t = linear(f32x4.convert_i32x4_s(i32x4.shl(word, 22)), toTurn, halfTurn);
  const square = f32x4.mul(t, t);
  const s = f32x4.mul(linear(linear(linear(sine0, square, sine1), square, sine2), square, sine3), t);
  let c = linear(linear(linear(cosine0, square, cosine1), square, cosine2), square, oneF);
  c = v128.xor(c, v128.and(i32x4.shl(word, 20), signBit));
  const swap = v128.and(v128.xor(s, c), i32x4.shr_s(i32x4.shl(word, 21), 31));
  v128.store(at, f32x4.mul(radius, v128.xor(c, swap)));
  v128.store(at + 16, f32x4.mul(radius, v128.xor(s, swap)));
}
